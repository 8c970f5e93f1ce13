/* SPDX-License-Identifier: Apache-2.0 */
/* Every command, one line each; no include guard, read with several meanings. */
COMMAND(adapters)
COMMAND(check)
COMMAND(compute)
COMMAND(config)
COMMAND(decode)
COMMAND(methods)
COMMAND(sinks)
COMMAND(factors)
