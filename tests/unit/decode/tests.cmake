# SPDX-License-Identifier: Apache-2.0
unit_test(unit/decode/timeformat_test.c decode)
unit_test(unit/decode/guess_test.c decode)
unit_test(unit/decode/decode_test.c decode)
unit_test(unit/decode/adapter_test.c decode)
unit_test(unit/decode/inflate_test.c decode)
unit_test(unit/decode/trial_test.c decode)
unit_test(unit/decode/decoding_json_test.c decode)
