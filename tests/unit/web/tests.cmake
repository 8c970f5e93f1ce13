# SPDX-License-Identifier: Apache-2.0
unit_test(unit/web/server_test.c web PkgConfig::curl)
unit_test(unit/web/exchange_test.c web PkgConfig::curl)
unit_test(unit/web/feed_test.c web PkgConfig::curl)
thread_test(unit/web/feed_threads.c web)
