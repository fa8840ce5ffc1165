/* WebSocket load client of `bin/bench` (docs/benchmarks.md, "The load client"). One thread, epoll, no library:
 * it shares the machine with what it measures, so it has to cost little.
 *
 *   sockets chat PORT PATH PLAN SECONDS WARM_SECONDS THINK_MS DEPTH   senders keep DEPTH sends in flight each
 *   sockets broadcast PORT PATH PLAN ROUNDS BURST self|caller   rounds of BURST events to every socket
 *   sockets open PORT PATH PLAN CONCURRENCY finish|hold         connect all, say how fast; hold until stdin ends
 *
 * PLAN has a line per socket: user id, 1 for a sender or 0, conversation ids joined by commas, the hello frame;
 * separated by tabs, "-" for none. Every socket checks what it receives: positions rise, `seq` has no hole, and
 * each acknowledged send reaches every socket of its conversation. The result is one line of JSON; before it `chat`
 * says "measuring" and "measured" when that begins and ends, `broadcast` "go" for each burst that it waits for.
 *
 * Events carry "t=SECONDS" of CLOCK_MONOTONIC in their text, so anybody on the machine may have stamped them.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { UUID = 36, READ_SIZE = 1 << 20, ACK_EVERY = 64, DEPTH_MAX = 32, FRAME_MAX = 4096, SLOTS = 4096 };
enum state { IDLE, CONNECTING, UPGRADING, GREETING, LIVE, CLOSED };

struct client {
    int fd;
    enum state state;
    char user[UUID + 1];
    int sender;
    int *conversations, conversation_count;
    char *hello;
    char *rest; /* the beginning of a frame whose end has not arrived */
    size_t rest_size;
    long long pos;
    int unacknowledged;
    int in_flight;
    struct {
        int conversation;
        double at;
    } sends[DEPTH_MAX]; /* by id modulo DEPTH_MAX; so many at most wait for their answers */
    long last_id;
    double due, connected_at;
    int *last_seq; /* by conversation */
};

struct samples {
    float *values;
    long count, capacity;
};

static struct client *clients;
static int client_count, epoll_fd, port;
static const char *path;
static char conversation_ids[SLOTS][UUID + 1];
static int conversation_count, audience[SLOTS];
static long live_count, failed_count, acks, errors, deliveries, expected, repeats, gaps, disorder, sent, received;
static double round_start, round_first, round_last;
static int measuring;
static struct samples send_times, delivery_times, open_times;
static char input[READ_SIZE + FRAME_MAX];

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void die(const char *what) {
    fprintf(stderr, "sockets: %s%s%s\n", what, errno ? ": " : "", errno ? strerror(errno) : "");
    exit(1);
}

static void add(struct samples *samples, double value) {
    if (samples->count == samples->capacity) {
        samples->capacity = samples->capacity ? 2 * samples->capacity : 65536;
        samples->values = realloc(samples->values, (size_t)samples->capacity * sizeof(float));
        if (!samples->values) die("no memory");
    }
    samples->values[samples->count++] = (float)value;
}

static int by_value(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* In milliseconds; sorts the samples. */
static double quantile(struct samples *samples, double share) {
    if (!samples->count) return 0;
    qsort(samples->values, (size_t)samples->count, sizeof(float), by_value);
    return 1e3 * (double)samples->values[(long)((double)(samples->count - 1) * share)];
}

/* Conversations are few; a line's id is looked up by hashing, not by walking the list. */
static int slot_of(const char *id, int create) {
    static int table[SLOTS * 2];
    unsigned hash = 5381;
    for (int i = 0; i < UUID; i++) hash = hash * 33 + (unsigned char)id[i];
    for (unsigned probe = hash;; probe++) {
        int *entry = &table[probe % (SLOTS * 2)];
        if (*entry && !memcmp(conversation_ids[*entry - 1], id, UUID)) return *entry - 1;
        if (*entry) continue;
        if (!create) return -1;
        if (conversation_count == SLOTS) die("too many conversations in the plan");
        memcpy(conversation_ids[conversation_count], id, UUID);
        return (*entry = ++conversation_count) - 1;
    }
}

static void read_plan_line(struct client *client, char *line) {
    char *user = strsep(&line, "\t"), *sender = strsep(&line, "\t"), *ids = strsep(&line, "\t");
    if (!line) die("a line of the plan has too few columns");
    snprintf(client->user, sizeof client->user, "%s", user);
    client->sender = *sender == '1';
    client->hello = *line == '-' ? NULL : strdup(line);
    client->conversations = calloc(strlen(ids) / UUID + 1, sizeof(int));
    for (char *id; *ids != '-' && (id = strsep(&ids, ","));) {
        int slot = slot_of(id, 1);
        client->conversations[client->conversation_count++] = slot;
        audience[slot]++;
        if (!ids) break;
    }
}

static void read_plan(const char *name) {
    FILE *file = fopen(name, "r");
    if (!file) die(name);
    char *line = NULL;
    size_t size = 0;
    for (ssize_t length; (length = getline(&line, &size, file)) > 0;) {
        line[strcspn(line, "\n")] = 0;
        clients = realloc(clients, (size_t)(client_count + 1) * sizeof *clients);
        if (!clients) die("no memory");
        memset(&clients[client_count], 0, sizeof *clients);
        read_plan_line(&clients[client_count++], line);
    }
    free(line);
    fclose(file);
    for (int i = 0; i < client_count; i++) clients[i].last_seq = calloc((size_t)conversation_count + 1, sizeof(int));
}

/* RFC 6455 section 5.2. A masking key of zero is valid and saves the XOR; servers cannot see the difference. */
static void send_frame(struct client *client, int opcode, const char *text, size_t length) {
    unsigned char frame[FRAME_MAX + 8] = {(unsigned char)(0x80 | opcode)};
    size_t head = 2;
    if (length > FRAME_MAX) die("a frame of the plan is too long");
    frame[1] = (unsigned char)(0x80 | (length < 126 ? length : 126));
    if (length >= 126) {
        frame[2] = (unsigned char)(length >> 8);
        frame[3] = (unsigned char)length;
        head = 4;
    }
    memcpy(frame + head + 4, text, length);
    if (write(client->fd, frame, head + 4 + length) != (ssize_t)(head + 4 + length) && client->state == LIVE)
        die("the server does not read what it is sent");
}

static void send_text(struct client *client, const char *text) { send_frame(client, 1, text, strlen(text)); }

static void acknowledge(struct client *client) {
    char text[64];
    snprintf(text, sizeof text, "{\"op\":\"ack\",\"pos\":%lld}", client->pos);
    client->unacknowledged = 0;
    send_text(client, text);
}

static void send_message(struct client *client) {
    static unsigned run;
    char text[600];
    if (!run) run = (unsigned)(getpid() ^ time(NULL) * 2654435761u);
    long id = ++client->last_id;
    int slot = client->conversations[rand() % client->conversation_count];
    double time = now();
    client->sends[id % DEPTH_MAX].conversation = slot;
    client->sends[id % DEPTH_MAX].at = time;
    client->in_flight++;
    snprintf(text, sizeof text,
             "{\"id\":%ld,\"op\":\"message.send\",\"data\":{\"conversation_id\":\"%s\",\"client_id\":"
             "\"%08x-0000-4000-8000-%012lx\",\"text\":\"t=%.6f a chat message of about eighty characters, the kind "
             "that people write all day\"}}",
             id, conversation_ids[slot], run, ++sent, time);
    send_text(client, text);
}

static const char *find(const char *line, size_t length, const char *key) {
    const char *at = memmem(line, length, key, strlen(key));
    return at ? at + strlen(key) : NULL;
}

static void became_live(struct client *client) {
    client->state = LIVE;
    live_count++;
    add(&open_times, now() - client->connected_at);
}

static void on_reply(struct client *client, const char *line, size_t length) {
    int good = find(line, length, "\"ok\":") != NULL;
    if (client->state == GREETING) {
        if (!good) fprintf(stderr, "sockets: hello was refused: %.*s\n", (int)length, line), exit(1);
        return;
    }
    if (!client->in_flight) return;
    client->in_flight--;
    double time = now();
    long id = atol(line + 6) % DEPTH_MAX;
    client->due = time;
    if (good) {
        acks++;
        expected += audience[client->sends[id].conversation];
        if (measuring) add(&send_times, time - client->sends[id].at);
    } else if (++errors <= 3) {
        fprintf(stderr, "sockets: %.*s\n", (int)length, line);
    }
}

static void check_order(struct client *client, int conversation, int seq) {
    int last = client->last_seq[conversation];
    if (last && seq <= last) disorder++;
    if (last && seq > last + 1) gaps++;
    client->last_seq[conversation] = seq;
}

static void on_stamped(struct client *client, const char *line, size_t length, const char *stamp) {
    double time = now(), stamped = atof(stamp);
    if (!received || stamped < round_start) round_start = stamped;
    if (!received++) round_first = time;
    round_last = time;
    const char *conversation = find(line, length, "\"conversation_id\":\""), *seq = find(line, length, "\"seq\":");
    if (!conversation || !seq || !conversation_count) return;
    int slot = slot_of(conversation, 0);
    if (slot < 0) return;
    deliveries++;
    check_order(client, slot, atoi(seq));
    const char *sender = find(line, length, "\"sender_id\":\"");
    if (measuring && sender && memcmp(sender, client->user, UUID)) add(&delivery_times, time - stamped);
}

static void on_event(struct client *client, const char *line, size_t length) {
    const char *name = line + 10, *pos = find(line, length, "\"pos\":");
    if (!strncmp(name, "live\"", 5)) {
        if (pos && atoll(pos) > client->pos) client->pos = atoll(pos);
        if (client->state == GREETING) became_live(client);
        return;
    }
    if (!strncmp(name, "ping\"", 5)) {
        send_text(client, "{\"op\":\"pong\"}");
        return;
    }
    if (pos) {
        if (atoll(pos) <= client->pos) {
            repeats++;
            return;
        }
        client->pos = atoll(pos);
        if (++client->unacknowledged >= ACK_EVERY) acknowledge(client);
    }
    const char *stamp = find(line, length, "t=");
    if (stamp) on_stamped(client, line, length, stamp);
}

static void on_line(struct client *client, const char *line, size_t length) {
    if (length > 10 && !memcmp(line, "{\"event\":\"", 10)) {
        on_event(client, line, length);
    } else if (length > 6 && !memcmp(line, "{\"id\":", 6)) {
        on_reply(client, line, length);
    } else {
        const char *stamp = find(line, length, "t=");
        if (stamp) on_stamped(client, line, length, stamp);
    }
}

static void on_text(struct client *client, const char *text, size_t length) {
    while (length) {
        const char *end = memchr(text, '\n', length);
        size_t line = end ? (size_t)(end - text) : length;
        on_line(client, text, line);
        line += end != NULL;
        text += line;
        length -= line;
    }
}

static void lose(struct client *client, int code) {
    if (client->state == LIVE) live_count--;
    failed_count++;
    if (failed_count <= 3) fprintf(stderr, "sockets: closed by the server, code %d\n", code);
    close(client->fd);
    client->state = CLOSED;
}

/* Handles one frame of `data`; returns its size, 0 when it is not complete. */
static size_t take_frame(struct client *client, const unsigned char *data, size_t size) {
    if (size < 2) return 0;
    size_t length = data[1] & 127u, head = 2;
    if (length == 126) head = 4;
    if (length == 127) head = 10;
    if (size < head) return 0;
    if (head > 2) {
        length = 0;
        for (size_t i = 2; i < head; i++) length = length << 8 | data[i];
    }
    if (size < head + length) return 0;
    if (!(data[0] & 0x80)) die("the server sent a fragmented frame");
    const char *body = (const char *)data + head;
    switch (data[0] & 15) {
    case 1:
        on_text(client, body, length);
        break;
    case 8:
        lose(client, length >= 2 ? data[head] << 8 | data[head + 1] : 0);
        break;
    case 9:
        send_frame(client, 10, body, length);
        break;
    }
    return head + length;
}

/* Returns how many bytes of the response to the upgrade there were, 0 when it is not complete. */
static size_t take_upgrade(struct client *client, const char *data, size_t size) {
    const char *end = memmem(data, size, "\r\n\r\n", 4);
    if (!end) return 0;
    if (size < 12 || memcmp(data, "HTTP/1.1 101", 12)) {
        fprintf(stderr, "sockets: not upgraded: %.*s\n", (int)(size > 200 ? 200 : size), data);
        lose(client, 0);
        return size;
    }
    client->state = GREETING;
    if (client->hello)
        send_text(client, client->hello);
    else
        became_live(client);
    return (size_t)(end + 4 - data);
}

static void upgrade(struct client *client) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) {
        lose(client, 0);
        return;
    }
    char request[600];
    int length = snprintf(request, sizeof request,
                          "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                          path, port);
    if (write(client->fd, request, (size_t)length) != length) die("write");
    client->state = UPGRADING;
    struct epoll_event interest = {.events = EPOLLIN, .data.ptr = client};
    epoll_ctl(epoll_fd, EPOLL_CTL_MOD, client->fd, &interest);
}

static void on_readable(struct client *client) {
    if (client->rest_size) memcpy(input, client->rest, client->rest_size);
    ssize_t got = read(client->fd, input + client->rest_size, READ_SIZE - client->rest_size);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        lose(client, 0);
        return;
    }
    size_t size = client->rest_size + (size_t)got, used = 0;
    if (client->state == UPGRADING) used = take_upgrade(client, input, size);
    for (size_t step = 1; step && client->state >= GREETING && client->state < CLOSED; used += step)
        step = take_frame(client, (unsigned char *)input + used, size - used);
    client->rest_size = size - used;
    free(client->rest);
    client->rest = client->rest_size ? malloc(client->rest_size) : NULL;
    if (client->rest_size) memcpy(client->rest, input + used, client->rest_size);
}

static void begin(struct client *client) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (client->fd < 0) die("socket");
    int one = 1;
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    client->connected_at = now();
    client->state = CONNECTING;
    connect(client->fd, (struct sockaddr *)&address, sizeof address);
    struct epoll_event interest = {.events = EPOLLOUT, .data.ptr = client};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, client->fd, &interest);
}

/* Once a second everybody acknowledges what is left, as the page does. */
static void acknowledge_all(void) {
    static double last;
    double time = now();
    if (time - last < 1) return;
    last = time;
    for (int i = 0; i < client_count; i++)
        if (clients[i].state == LIVE && clients[i].unacknowledged) acknowledge(&clients[i]);
}

static void poll_sockets(int milliseconds) {
    struct epoll_event events[512];
    int count = epoll_wait(epoll_fd, events, 512, milliseconds);
    for (int i = 0; i < count; i++) {
        struct client *client = events[i].data.ptr;
        if (client->state == CONNECTING)
            upgrade(client);
        else if (client->state != CLOSED)
            on_readable(client);
    }
    acknowledge_all();
}

static void poll_for(double seconds) {
    for (double end = now() + seconds; now() < end;) poll_sockets(5);
}

static void open_all(int concurrency, double patience) {
    double deadline = now() + patience;
    for (int next = 0; live_count + failed_count < client_count;) {
        while (next < client_count && next - live_count - failed_count < concurrency) begin(&clients[next++]);
        poll_sockets(100);
        if (now() > deadline) {
            fprintf(stderr, "sockets: only %ld of %d are live\n", live_count, client_count);
            exit(2);
        }
    }
}

static void drain(double patience) {
    for (double deadline = now() + patience; now() < deadline;) {
        int in_flight = 0;
        for (int i = 0; i < client_count; i++) in_flight += clients[i].in_flight;
        if (!in_flight && deliveries >= expected) return;
        poll_sockets(20);
    }
}

static void chat(double seconds, double warm, double think, int depth) {
    if (depth < 1 || depth > DEPTH_MAX) die("DEPTH is 1 to 32");
    open_all(64, 60);
    double start = now(), end = start + warm + seconds, measured_from = 0;
    long before = 0;
    for (double time = start; time < end; time = now()) {
        if (!measuring && time >= start + warm) {
            measuring = 1;
            before = acks;
            measured_from = time;
            printf("measuring\n"), fflush(stdout);
        }
        for (int i = 0; i < client_count; i++) {
            struct client *client = &clients[i];
            if (!client->sender || client->state != LIVE || client->due + think > time) continue;
            while (client->in_flight < depth) send_message(client);
        }
        poll_sockets(think > 0 ? 1 : 20);
    }
    double took = now() - measured_from;
    long measured = acks - before;
    measuring = 0;
    printf("measured\n"), fflush(stdout);
    double waiting = now();
    drain(6);
    printf("{\"sends/s\":%.1f,\"ack p50 ms\":%.3f,\"ack p99 ms\":%.3f,", (double)measured / took, quantile(&send_times, .5),
           quantile(&send_times, .99));
    printf("\"sends\":%ld,\"p50 ms\":%.3f,\"p99 ms\":%.3f,", measured, quantile(&delivery_times, .5), quantile(&delivery_times, .99));
    printf("\"acknowledged\":%ld,\"lost\":%ld,\"gaps\":%ld,\"disorder\":%ld,\"errors\":%ld,\"repeats\":%ld,", acks,
           expected - deliveries, gaps, disorder, errors, repeats);
    printf("\"closed\":%ld,\"drain s\":%.2f,\"seconds\":%.3f}\n", failed_count, now() - waiting, took);
}

static void broadcast(int rounds, int burst, int self) {
    struct samples first = {0}, last = {0};
    double sum = 0;
    long all = 0;
    open_all(64, 60);
    poll_for(1.2);
    for (int round = 0; round < rounds; round++) {
        long wanted = live_count * burst;
        received = 0;
        char trigger[64];
        snprintf(trigger, sizeof trigger, "b%d t=%.6f", burst, now());
        if (self)
            send_text(&clients[0], trigger);
        else
            printf("go\n"), fflush(stdout);
        for (double deadline = now() + 40; received < wanted;) {
            poll_sockets(200);
            if (now() > deadline) {
                fprintf(stderr, "sockets: %ld of %ld events arrived\n", received, wanted);
                exit(3);
            }
        }
        add(&first, round_first - round_start);
        add(&last, round_last - round_start);
        sum += round_last - round_start;
        all += wanted;
        poll_for(0.03);
    }
    printf("{\"deliveries/s\":%.0f,\"first p50 ms\":%.3f,\"last p50 ms\":%.3f,", (double)all / sum,
           quantile(&first, .5), quantile(&last, .5));
    printf("\"last max ms\":%.3f,\"gaps\":%ld,\"disorder\":%ld,\"closed\":%ld}\n", quantile(&last, 1), gaps, disorder,
           failed_count);
}

static void open_and_hold(int concurrency, int hold) {
    double start = now();
    open_all(concurrency, 120);
    double took = now() - start;
    printf("{\"opened/s\":%.1f,\"seconds\":%.3f,\"p50 ms\":%.3f,\"p99 ms\":%.3f,\"events\":%ld,\"failed\":%ld}\n",
           (double)live_count / took, took, quantile(&open_times, .5), quantile(&open_times, .99), received,
           failed_count);
    fflush(stdout);
    char byte;
    fcntl(0, F_SETFL, O_NONBLOCK);
    while (hold && read(0, &byte, 1) != 0) poll_sockets(100);
}

int main(int argc, char **argv) {
    if (argc < 7) die("usage: see the head of sockets.c");
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    port = atoi(argv[2]);
    path = argv[3];
    epoll_fd = epoll_create1(0);
    srand((unsigned)getpid());
    read_plan(argv[4]);
    errno = 0;
    if (!strcmp(argv[1], "chat") && argc == 9)
        chat(atof(argv[5]), atof(argv[6]), atof(argv[7]) / 1e3, atoi(argv[8]));
    else if (!strcmp(argv[1], "broadcast") && argc == 8)
        broadcast(atoi(argv[5]), atoi(argv[6]), !strcmp(argv[7], "self"));
    else if (!strcmp(argv[1], "open") && argc == 7)
        open_and_hold(atoi(argv[5]), !strcmp(argv[6], "hold"));
    else
        die("usage: see the head of sockets.c");
    return 0;
}
