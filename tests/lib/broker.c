/* SPDX-License-Identifier: Apache-2.0 */
/* Starting and stopping mosquitto. */
#include "broker.h"

#include "core/check.h"
#include "mqtt_raw.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define START_STEPS 500 /* of 10 ms */

void broker_init(struct broker *broker)
{
    *broker = (struct broker){.directory = "/tmp/emgate-broker-XXXXXX"};
    ASSERT(mkdtemp(broker->directory));
    broker->port = mqtt_raw_free_port();
    snprintf(broker->uri, sizeof broker->uri, "mqtt://127.0.0.1:%d", broker->port);
}

/* The shipped configuration with port, directory and user changed. */
static void write_configuration(const struct broker *broker, const char *more)
{
    char path[128];
    snprintf(path, sizeof path, "%s/mosquitto.conf", broker->directory);
    FILE *out = fopen(path, "we");
    FILE *in = fopen(TEST_DATA "/../config/mosquitto/emgate.conf", "re");
    ASSERT(out && in);
    char line[512];
    while (fgets(line, sizeof line, in)) {
        bool replaced = strncmp(line, "listener ", 9) == 0 ||
                        strncmp(line, "persistence_location ", 21) == 0;
        fputs(replaced ? "" : line, out);
    }
    fclose(in);
    fprintf(out, "listener %d 127.0.0.1\n%s\npersistence_location %s/\nuser root\n",
            broker->port, more ? more : "allow_anonymous true", broker->directory);
    fclose(out);
}

static void run_mosquitto(const struct broker *broker)
{
    char configuration[128];
    char log[128];
    snprintf(configuration, sizeof configuration, "%s/mosquitto.conf", broker->directory);
    snprintf(log, sizeof log, "%s/log", broker->directory);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(fd, STDOUT_FILENO);
    dup2(fd, STDERR_FILENO);
    execl("/usr/sbin/mosquitto", "mosquitto", "-c", configuration, (char *)NULL);
    _exit(127);
}

void broker_start(struct broker *broker, const char *more)
{
    write_configuration(broker, more);
    broker->pid = fork();
    if (broker->pid == 0) {
        run_mosquitto(broker);
    }
    struct mqtt_raw *raw = NULL;
    for (int i = 0; i < START_STEPS && !raw; i++) {
        raw = mqtt_raw_dial(broker->port);
        struct timespec pause = {.tv_nsec = 10000000};
        nanosleep(&pause, NULL);
    }
    ASSERT(raw);
    mqtt_raw_close(&raw);
}

void broker_stop(struct broker *broker, int sig)
{
    if (broker->pid > 0) {
        kill(broker->pid, sig);
        waitpid(broker->pid, NULL, 0);
        broker->pid = 0;
    }
}

void broker_deinit(struct broker *broker)
{
    broker_stop(broker, SIGKILL);
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", broker->directory);
    (void)!system(command);
}
