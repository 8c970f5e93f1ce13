# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts where; share/emgate is the data directory that
# gateway/config/bundle.c looks for.  Components are the Debian packages of packages.cmake.
include(GNUInstallDirs)
set(data ${CMAKE_INSTALL_DATADIR}/emgate)
set(man ${CMAKE_INSTALL_MANDIR}/man1)
set(completions ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
set(made ${CMAKE_BINARY_DIR}/made)

# Pages that come from the programs' own tables, compressed as Debian wants them.
list(JOIN CMAKE_CROSSCOMPILING_EMULATOR " " emulator)
add_custom_command(OUTPUT ${made}/emgate.1.gz ${made}/emgate.bash
  COMMAND ${CMAKE_COMMAND} -E make_directory ${made}
  COMMAND sh -c "${emulator} $<TARGET_FILE:emgate> manual man | gzip -9n > ${made}/emgate.1.gz"
  COMMAND sh -c "${emulator} $<TARGET_FILE:emgate> manual bash > ${made}/emgate.bash"
  DEPENDS emgate VERBATIM)
add_custom_command(OUTPUT ${made}/emgate-registry.1.gz ${made}/changelog.gz
  COMMAND ${CMAKE_COMMAND} -E make_directory ${made}
  COMMAND sh -c "gzip -9nc ${CMAKE_SOURCE_DIR}/packaging/emgate-registry.1 > ${made}/emgate-registry.1.gz"
  COMMAND sh -c "sh ${CMAKE_SOURCE_DIR}/packaging/changelog.sh ${EMGATE_VERSION} | gzip -9nc > ${made}/changelog.gz"
  DEPENDS ${CMAKE_SOURCE_DIR}/packaging/emgate-registry.1 ${CMAKE_SOURCE_DIR}/packaging/changelog.sh
  VERBATIM)
add_custom_target(pages ALL DEPENDS ${made}/emgate.1.gz ${made}/emgate.bash
  ${made}/emgate-registry.1.gz ${made}/changelog.gz)

install(TARGETS emgate RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT gateway)
install(DIRECTORY config/examples config/factors config/mosquitto DESTINATION ${data}/config
  COMPONENT gateway)
install(DIRECTORY adapters/presets DESTINATION ${data}/adapters COMPONENT gateway)
install(FILES ${made}/emgate.1.gz DESTINATION ${man} COMPONENT gateway)
install(FILES ${made}/emgate.bash DESTINATION ${completions} RENAME emgate COMPONENT gateway)
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/emgate COMPONENT gateway)
install(FILES packaging/plant.yaml DESTINATION /etc/emgate COMPONENT gateway)

install(TARGETS emgate-registry RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT registry)
install(FILES ${made}/emgate-registry.1.gz DESTINATION ${man} COMPONENT registry)
install(FILES packaging/registry.yaml DESTINATION /etc/emgate-registry COMPONENT registry)

foreach(part gateway registry)
  set(name emgate)
  if(part STREQUAL registry)
    set(name emgate-registry)
  endif()
  install(FILES config/systemd/${name}.service DESTINATION /lib/systemd/system COMPONENT ${part})
  install(FILES packaging/${part}/sysusers.conf DESTINATION /usr/lib/sysusers.d
    RENAME ${name}.conf COMPONENT ${part})
  install(FILES packaging/${part}/tmpfiles.conf DESTINATION /usr/lib/tmpfiles.d
    RENAME ${name}.conf COMPONENT ${part})
  install(FILES packaging/${part}/lintian DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides
    RENAME ${name} COMPONENT ${part})
  install(FILES packaging/copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${name} COMPONENT ${part})
  install(FILES ${made}/changelog.gz DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${name}
    RENAME changelog.Debian.gz COMPONENT ${part})
endforeach()
