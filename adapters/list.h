/* SPDX-License-Identifier: Apache-2.0 */
/* Every adapter, one line each; no include guard, read with several meanings. */
ADAPTER(native)
ADAPTER(sparkplug)
ADAPTER(influx)
ADAPTER(hj212)
ADAPTER(csv)
ADAPTER(map)
ADAPTER(senml)
ADAPTER(ignore)
