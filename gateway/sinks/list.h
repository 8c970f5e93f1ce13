/* SPDX-License-Identifier: Apache-2.0 */
/* Every sink, one line each; no include guard, read with several meanings. */
SINK(http)
SINK(file)
SINK(mqtt)
#ifdef EMGATE_HAVE_POSTGRES
SINK(postgres)
#endif
#ifdef EMGATE_HAVE_KAFKA
SINK(kafka)
#endif
