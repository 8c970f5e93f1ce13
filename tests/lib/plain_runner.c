/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a program's Criterion tests where Criterion's own runner cannot: it starts itself
 * anew for each test, which emulators of another processor do not do.  Here a test is a
 * forked child.  What the asserts call stands here and is taken before the library's.
 * Parameters and theories are not known; a time limit is the caller's.
 *     PROGRAM [text in the name of the tests to run]
 */
#include <criterion/criterion.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Test() and TestSuite() put pointers into sections, which the linker names so. */
extern struct criterion_test *tests_begin[] __asm__("__start_cr_tst");
extern struct criterion_test *tests_end[] __asm__("__stop_cr_tst");
extern struct criterion_suite *suites_begin[] __asm__("__start_cr_sts");
extern struct criterion_suite *suites_end[] __asm__("__stop_cr_sts");
TestSuite(plain_runner); /* so that there is one */

struct outcome {
    unsigned asserts, failed, skipped;
};

/* Criterion's calls carry no context: the test of this child. */
static struct {
    const struct criterion_test *test;
    const struct criterion_suite *suite;
    struct outcome *outcome; /* shared with the parent */
    sigjmp_buf end;
} now;

/* ---- what asserts call ---- */

void criterion_send_assert(struct criterion_assert_stats *stats)
{
    fprintf(stderr, "%s:%u: %s\n", stats->file, stats->line,
            stats->message ? stats->message : "");
    now.outcome->failed += !stats->passed;
}

void cri_asserts_passed_incr(void)
{
    now.outcome->asserts++;
}

void criterion_continue_test(void)
{
}

void criterion_abort_test(void)
{
    siglongjmp(now.end, 1);
}

__attribute__((format(printf, 1, 2))) void criterion_skip_test(const char *format, ...)
{
    va_list words;
    va_start(words, format);
    vfprintf(stderr, format, words);
    va_end(words);
    now.outcome->skipped = 1;
    siglongjmp(now.end, 1);
}

void criterion_internal_test_setup(void)
{
    if (now.suite && now.suite->data && now.suite->data->init) {
        now.suite->data->init();
    }
    if (now.test->data->init) {
        now.test->data->init();
    }
}

void criterion_internal_test_main(void (*test)(void))
{
    if (sigsetjmp(now.end, 1) == 0) {
        test();
    }
}

void criterion_internal_test_teardown(void)
{
    if (now.test->data->fini) {
        now.test->data->fini();
    }
    if (now.suite && now.suite->data && now.suite->data->fini) {
        now.suite->data->fini();
    }
}

/* ---- one test ---- */

static const struct criterion_suite *suite_of(const struct criterion_test *test)
{
    const struct criterion_suite *found = NULL;
    for (struct criterion_suite **s = suites_begin; s < suites_end; s++) {
        if (*s && strcmp((*s)->name, test->category) == 0) {
            found = *s;
        }
    }
    return found;
}

static bool as_expected(int status, const struct criterion_test_extra_data *data)
{
    if (data->signal) {
        return WIFSIGNALED(status) && WTERMSIG(status) == data->signal;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == data->exit_code;
}

/* Whether it passed or was skipped. */
static bool run(const struct criterion_test *test)
{
    int status = -1;
    now.test = test;
    now.suite = suite_of(test);
    *now.outcome = (struct outcome){0};
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        test->test();
        fflush(NULL);
        _exit(0);
    }
    bool ended = child > 0 && waitpid(child, &status, 0) == child;
    bool passed = ended && now.outcome->failed == 0 && as_expected(status, test->data);
    if (!passed) {
        printf("FAILED %s::%s (status %#x)\n", test->category, test->name,
               (unsigned)status);
    }
    return passed;
}

int main(int count, char **words)
{
    unsigned tests = 0;
    unsigned failed = 0;
    unsigned skipped = 0;
    unsigned asserts = 0;
    now.outcome = mmap(NULL, sizeof *now.outcome, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (now.outcome == MAP_FAILED) {
        return 1;
    }
    for (struct criterion_test **t = tests_begin; t < tests_end; t++) {
        if (!*t || (*t)->data->disabled || (count > 1 && !strstr((*t)->name, words[1]))) {
            continue;
        }
        tests++;
        failed += !run(*t);
        skipped += now.outcome->skipped;
        asserts += now.outcome->asserts;
    }
    printf("plain runner: %u tests, %u failed, %u skipped, %u asserts\n", tests, failed,
           skipped, asserts);
    return failed > 0 || tests == 0 ? 1 : 0;
}
