# SPDX-License-Identifier: Apache-2.0
unit_test(unit/methods/method_test.c methods)
unit_test(unit/methods/formula_test.c methods)
unit_test(unit/methods/reference_test.c methods)
unit_test(unit/methods/properties_test.c compute)
unit_test(unit/methods/random_test.c methods)
foreach(family attribution aviation cems chemistry chp combustion electricity factors_calc
        gas goods goods_units heat mass_balance pfc precursor process reporting shipping stocks
        substitution waste_gas)
  unit_test(unit/methods/${family}_test.c compute)
endforeach()
