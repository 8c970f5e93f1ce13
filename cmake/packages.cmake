# SPDX-License-Identifier: Apache-2.0
# Debian packages by CPack: emgate (gateway and tools) and emgate-registry.
#   cmake --preset release -DCMAKE_INSTALL_PREFIX=/usr && ninja -C build/release package
# For another machine the same with a toolchain file (arm64.cmake).
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME emgate)
set(CPACK_PACKAGE_VERSION ${EMGATE_VERSION})
set(CPACK_PACKAGE_CONTACT "emgate maintainers <maintainers@emgate.invalid>")
set(CPACK_PACKAGE_HOMEPAGE_URL "https://emgate.invalid/")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL gateway registry)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
# Built twice, the same bytes: no file is younger than SOURCE_DATE_EPOCH.
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_SOURCE_DIR}/packaging/dates.cmake)
if(EMGATE_CROSS_ROOT)
  set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE ${EMGATE_DEBIAN_ARCHITECTURE})
  set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_BINARY_DIR}/made/cross.cmake)
  configure_file(packaging/cross.cmake.in ${CMAKE_BINARY_DIR}/made/cross.cmake @ONLY)
  configure_file(packaging/shlibdeps.in ${CMAKE_BINARY_DIR}/made/shlibdeps @ONLY
    FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
endif()

set(CPACK_DEBIAN_GATEWAY_PACKAGE_NAME emgate)
set(CPACK_COMPONENT_GATEWAY_DESCRIPTION
  "edge gateway from MQTT sensors to provable emissions
Subscribes to the telemetry of plant sensors, calculates greenhouse-gas
emissions per production process by the methods of the EU's carbon border
rules, and sends signed summaries to a central registry.")
set(CPACK_DEBIAN_GATEWAY_PACKAGE_DEPENDS "systemd | systemd-standalone-sysusers, systemd | systemd-standalone-tmpfiles, tzdata, libudunits2-data")
set(CPACK_DEBIAN_GATEWAY_PACKAGE_RECOMMENDS "mosquitto, ca-certificates")

set(CPACK_DEBIAN_REGISTRY_PACKAGE_NAME emgate-registry)
set(CPACK_COMPONENT_REGISTRY_DESCRIPTION
  "central registry of signed emission summaries
Takes the signed summaries of emgate gateways, keeps them, adds them up,
and shows them by page and API.")
set(CPACK_DEBIAN_REGISTRY_PACKAGE_DEPENDS "systemd | systemd-standalone-sysusers, systemd | systemd-standalone-tmpfiles, tzdata")

foreach(part gateway registry)
  string(TOUPPER ${part} upper)
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/made/${part})
  configure_file(packaging/${part}/preinst.in ${CMAKE_BINARY_DIR}/made/${part}/preinst @ONLY)
  set(CPACK_DEBIAN_${upper}_PACKAGE_CONTROL_EXTRA
    "${CMAKE_BINARY_DIR}/made/${part}/preinst"
    "${CMAKE_SOURCE_DIR}/packaging/${part}/postinst"
    "${CMAKE_SOURCE_DIR}/packaging/${part}/prerm"
    "${CMAKE_SOURCE_DIR}/packaging/${part}/postrm"
    "${CMAKE_SOURCE_DIR}/packaging/${part}/conffiles")
endforeach()
include(CPack)
