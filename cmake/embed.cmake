# SPDX-License-Identifier: Apache-2.0
# cmake -DOUT=file.c -DHEADER=registry/web.h -DFILES="a;b" -P embed.cmake
# Writes the files as C arrays and the table `web_files`, each with an etag by content.
set(arrays "")
set(table "")
foreach(file ${FILES})
  get_filename_component(name ${file} NAME)
  string(MAKE_C_IDENTIFIER ${name} id)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)"
         "\\1\n" bytes "${bytes}")
  string(APPEND arrays "static const uint8_t ${id}[] = {\n${bytes}};\n")
  file(SHA256 ${file} hash)
  string(SUBSTRING ${hash} 0 16 hash)
  string(APPEND table "    {\"${name}\", \"\\\"${hash}\\\"\", {${id}, sizeof ${id}}},\n")
endforeach()
file(WRITE ${OUT} "/* Made by cmake/embed.cmake. */\n#include \"${HEADER}\"\n\n"
     "${arrays}\nconst struct web_file web_files[] = {\n${table}    {NULL, NULL, {NULL, 0}},\n};\n")
