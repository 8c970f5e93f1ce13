/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/remote.h"

#include <criterion/criterion.h>

Test(remote, nobody_there_is_unavailable)
{
    cr_assert_eq(remote_ready("http://127.0.0.1:1"), 69);
    cr_assert_eq(remote_status("http://127.0.0.1:1"), 69);
}
