# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts where; share/emgate is the data directory that
# gateway/config/bundle.c looks for.
include(GNUInstallDirs)
set(data ${CMAKE_INSTALL_DATADIR}/emgate)
install(TARGETS emgate emgate-registry RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY config/examples config/factors config/mosquitto DESTINATION ${data}/config)
install(DIRECTORY adapters/presets DESTINATION ${data}/adapters)
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
