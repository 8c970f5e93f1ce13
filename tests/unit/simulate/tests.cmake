# SPDX-License-Identifier: Apache-2.0
unit_test(unit/simulate/faults_test.c simulate)
unit_test(unit/simulate/plant_test.c simulate)
unit_test(unit/simulate/player_test.c simulate)
unit_test(unit/simulate/signal_test.c simulate)
unit_test(unit/simulate/truth_test.c simulate)
