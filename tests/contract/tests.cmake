# SPDX-License-Identifier: Apache-2.0
# Promises that every driver of a kind keeps.
unit_test(contract/adapter_contract_test.c decode)
