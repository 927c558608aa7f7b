/*
 * A wide-area link between two network namespaces: every packet arrives later, some never.
 *
 *   wan NAMESPACE-A ADDRESS-A NAMESPACE-B ADDRESS-B DELAY-MS LOSS-PERCENT [MBIT]
 *
 * For machines whose kernel has no netem. A TUN device in each namespace, this process between
 * them: each direction delays by DELAY-MS, drops LOSS-PERCENT of the packets at random (a fixed
 * seed), and, when MBIT is given, passes no more than that, with a queue of one round trip.
 * Ends by SIGTERM. Needs root.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define MTU 1500
#define SLOTS (1 << 17) /* packets on their way: 190 MB, more than any window here */

struct packet {
    int64_t due;
    int length;
    unsigned char bytes[MTU];
};

struct direction {
    int from, to;
    struct packet *ring;
    uint32_t head, tail;
    int64_t sent; /* when the link is free again */
    long dropped, passed;
};

static int64_t now_nanos(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int tun_in(const char *space, const char *address, const char *peer) {
    char path[128], command[512];
    int home = open("/proc/self/ns/net", O_RDONLY);
    snprintf(path, sizeof path, "/var/run/netns/%s", space);
    int there = open(path, O_RDONLY);
    if (there < 0 || setns(there, CLONE_NEWNET) < 0) fail(path);
    int device = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
    if (device < 0) fail("/dev/net/tun");
    struct ifreq request;
    memset(&request, 0, sizeof request);
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    strcpy(request.ifr_name, "wan0");
    if (ioctl(device, TUNSETIFF, &request) < 0) fail("TUNSETIFF");
    snprintf(command, sizeof command,
             "ip link set lo up; ip addr add %s peer %s dev wan0;"
             " ip link set wan0 mtu %d txqueuelen 20000 up", address, peer, MTU);
    if (system(command) != 0) fail(command);
    if (setns(home, CLONE_NEWNET) < 0) fail("setns");
    close(there);
    close(home);
    return device;
}

static void take(struct direction *d, int64_t delay, double loss, double nanos_per_byte) {
    for (int i = 0; i < 256; i++) {
        struct packet *p = &d->ring[d->head % SLOTS];
        int length = read(d->from, p->bytes, MTU);
        if (length <= 0) return;
        int64_t now = now_nanos();
        int64_t start = d->sent > now ? d->sent : now;
        int64_t end = start + (int64_t)(length * nanos_per_byte);
        if (drand48() < loss || d->head - d->tail == SLOTS || end - now > 2 * delay + 50000000) {
            d->dropped++;
            continue;
        }
        d->sent = end;
        p->length = length;
        p->due = end + delay;
        d->head++;
        d->passed++;
    }
}

static void give(struct direction *d) {
    int64_t now = now_nanos();
    while (d->tail != d->head && d->ring[d->tail % SLOTS].due <= now) {
        struct packet *p = &d->ring[d->tail % SLOTS];
        if (write(d->to, p->bytes, p->length) < 0 && errno == EAGAIN) return;
        d->tail++;
    }
}

int main(int count, char **words) {
    if (count < 7) {
        fprintf(stderr, "wan NAMESPACE-A ADDRESS-A NAMESPACE-B ADDRESS-B DELAY-MS LOSS-PERCENT"
                        " [MBIT]\n");
        return 2;
    }
    int a = tun_in(words[1], words[2], words[4]);
    int b = tun_in(words[3], words[4], words[2]);
    int64_t delay = (int64_t)(atof(words[5]) * 1e6);
    double loss = atof(words[6]) / 100;
    double nanos = count > 7 && atof(words[7]) > 0 ? 8000.0 / atof(words[7]) : 0;
    struct direction ab = {a, b, malloc(SLOTS * sizeof(struct packet)), 0, 0, 0, 0, 0};
    struct direction ba = {b, a, malloc(SLOTS * sizeof(struct packet)), 0, 0, 0, 0, 0};
    if (!ab.ring || !ba.ring) fail("memory");
    srand48(7);
    printf("ready\n");
    fflush(stdout);
    struct pollfd polls[2] = {{a, POLLIN, 0}, {b, POLLIN, 0}};
    while (1) {
        struct timespec wait = {0, ab.head == ab.tail && ba.head == ba.tail ? 5000000 : 200000};
        ppoll(polls, 2, &wait, NULL);
        take(&ab, delay, loss, nanos);
        take(&ba, delay, loss, nanos);
        give(&ab);
        give(&ba);
    }
}
