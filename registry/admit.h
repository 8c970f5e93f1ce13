/* SPDX-License-Identifier: Apache-2.0 */
/* Who may speak as a gateway. */
#ifndef REGISTRY_ADMIT_H
#define REGISTRY_ADMIT_H

#include "registry/answer.h"

/* The enrolled gateway that the request may speak as, and its keys.  False after a
 * problem: 403 when it is not enrolled, 401 without its token. */
bool admit(const struct service *service, const struct question *question,
           const char *name, struct sender *ret_sender, struct answer *answer);

#endif
