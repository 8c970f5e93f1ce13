# SPDX-License-Identifier: Apache-2.0
# Every library from outside, each a Debian 12 package.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(yaml REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(sqlite REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(curl REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(microhttpd REQUIRED IMPORTED_TARGET libmicrohttpd)
pkg_check_modules(gnutls REQUIRED IMPORTED_TARGET gnutls)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(protobuf_c REQUIRED IMPORTED_TARGET libprotobuf-c)
pkg_check_modules(jansson REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(openssl REQUIRED IMPORTED_TARGET openssl)
pkg_check_modules(zlib REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
find_library(UDUNITS2 udunits2 REQUIRED)
find_library(PAHO_STATIC libpaho-mqtt3as.a REQUIRED)
# A target of its own, so that what it needs comes behind it wherever it is linked.
add_library(paho STATIC IMPORTED)
set_target_properties(paho PROPERTIES IMPORTED_LOCATION ${PAHO_STATIC}
  INTERFACE_LINK_LIBRARIES "PkgConfig::openssl;Threads::Threads")

# Parts that can be left out.
option(EMGATE_XLSX "emgate export --format xlsx, by libxlsxwriter" ON)
if(EMGATE_XLSX)
  find_library(XLSXWRITER xlsxwriter REQUIRED)
endif()

# Optional: the registry's store on PostgreSQL, and the sink `postgres`.
option(EMGATE_POSTGRES "build what needs PostgreSQL when libpq is there" ON)
if(EMGATE_POSTGRES)
  pkg_check_modules(libpq IMPORTED_TARGET libpq)
endif()
# Optional: the sink `kafka`.
option(EMGATE_KAFKA "build the Kafka sink when librdkafka is there" ON)
if(EMGATE_KAFKA)
  pkg_check_modules(rdkafka IMPORTED_TARGET rdkafka)
endif()
# Optional: the plugin for mosquitto that says who published.
find_path(MOSQUITTO_PLUGIN_HEADERS mosquitto_plugin.h)
find_path(MOSQUITTO_HEADERS mosquitto.h)
