// A stand-in for Rocket.Chat that is quicker than any client: one thread, epoll, HTTP/1.1 with keep-alive.
//
// It answers what a run asks for, refuses nobody and limits nothing, and remembers which request arrived when.
// Rooms move: `rooms.info` names the old visitor until a PUT was answered, the new one afterwards. The old visitor of a
// room needs no seed because its id is OLD_PREFIX and the room's id.
//
// Usage: server PORT. For the benchmark: GET /bench/stats, GET /bench/log, POST /bench/reset.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define OLD_PREFIX "66f0a1c"
#define PROBE "visitor-merge-probe-room"
#define ID_SPACE 40
#define MOST_CONNECTIONS 1024
#define BUFFER_SPACE 16384

enum kind { PUT = 'P', LOOK = 'L', PROBING = 'T', OTHER = 'O' };

struct arrival {
    int64_t nanoseconds;
    char kind;
    char room[ID_SPACE];
    char visitor[ID_SPACE];
};

struct connection {
    size_t used;
    char buffer[BUFFER_SPACE];
};

struct request {
    char *head, *body;
    size_t head_size, body_size;
};

static struct arrival *arrivals;
static size_t arrival_count, arrival_space;
static size_t puts_seen, looks_seen;
static int64_t first_put, last_put;
static uint32_t *moved; // Open addressing: the number of an arrival + 1, or 0.
static size_t moved_count, moved_space;
static struct connection *connections[MOST_CONNECTIONS];
static char out[2 * BUFFER_SPACE];

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void *grown(void *memory, size_t size) {
    memory = realloc(memory, size);
    if (!memory) abort();
    return memory;
}

// The place of a room among the moved ones: taken by it, or free.
static uint32_t *place(const char *room) {
    uint64_t hash = 14695981039346656037ULL;
    for (const char *at = room; *at; at++) hash = (hash ^ (unsigned char)*at) * 1099511628211ULL;
    size_t index = hash & (moved_space - 1);
    while (moved[index] && strcmp(arrivals[moved[index] - 1].room, room)) index = (index + 1) & (moved_space - 1);
    return &moved[index];
}

static void note_move(void) {
    if (2 * (moved_count + 1) > moved_space) {
        uint32_t *old = moved;
        size_t old_space = moved_space;
        moved_space = moved_space ? 2 * moved_space : 1 << 16;
        if (!(moved = calloc(moved_space, sizeof *moved))) abort();
        for (size_t index = 0; index < old_space; index++)
            if (old[index]) *place(arrivals[old[index] - 1].room) = old[index];
        free(old);
    }
    uint32_t *slot = place(arrivals[arrival_count - 1].room);
    moved_count += !*slot;
    *slot = arrival_count;
}

static void note(enum kind kind, const char *room, const char *visitor) {
    if (arrival_count == arrival_space)
        arrivals = grown(arrivals, (arrival_space = arrival_space ? 2 * arrival_space : 1 << 16) * sizeof *arrivals);
    struct arrival *arrival = &arrivals[arrival_count++];
    arrival->nanoseconds = now();
    arrival->kind = kind;
    strcpy(arrival->room, room);
    strcpy(arrival->visitor, visitor);
    looks_seen += kind == LOOK;
    if (kind != PUT) return;
    if (!puts_seen++) first_put = arrival->nanoseconds;
    last_put = arrival->nanoseconds;
    note_move();
}

static void send_all(int peer, const char *bytes, size_t size) {
    while (size) {
        ssize_t sent = send(peer, bytes, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) return; // The client is gone; its end of file closes the connection.
        bytes += sent;
        size -= sent;
    }
}

// The headers that Rocket.Chat 6.9 sends with every answer of its API, without a rate limit (TheServer, "HTTP"; TheMove,
// "Deprecation").
static void answer(int peer, int status, const char *body, size_t size) {
    static const char *const words[] = {[200] = "OK", [400] = "Bad Request", [404] = "Not Found"};
    static time_t second;
    static char date[40];
    if (time(NULL) != second) {
        second = time(NULL);
        strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime(&second));
    }
    int head = snprintf(out, sizeof out,
        "HTTP/1.1 %d %s\r\nx-xss-protection: 1\r\nx-content-type-options: nosniff\r\nx-instance-id: bEnch7Qp2LkTn4Vb\r\n"
        "access-control-allow-origin: *\r\ncache-control: no-store\r\npragma: no-cache\r\n"
        "x-deprecation-type: endpoint-deprecation\r\nx-deprecation-version: 7.0.0\r\n"
        "content-type: application/json\r\ndate: %s\r\ncontent-length: %zu\r\n\r\n",
        status, words[status], date, size);
    memcpy(out + head, body, size);
    send_all(peer, out, head + size);
}

static void say(int peer, int status, const char *body) { answer(peer, status, body, strlen(body)); }

// A closed conversation as the server stores it, some 1.4 KB (TheMove, "Success").
static void show_room(int peer, const char *room, const char *visitor) {
    char body[4096];
    int size = snprintf(body, sizeof body,
        "{\"room\":{\"_id\":\"%s\",\"msgs\":12,\"usersCount\":2,\"lm\":\"2024-03-30T16:58:11.899Z\","
        "\"fname\":\"Guest from the shop\",\"t\":\"l\",\"ts\":\"2024-03-30T16:40:48.026Z\","
        "\"v\":{\"_id\":\"%s\",\"username\":\"guest-412\",\"token\":\"tok-%s-9f2c4d6e8a1b3c5d\",\"status\":\"offline\","
        "\"lastMessageTs\":\"2024-03-30T16:58:11.899Z\",\"activity\":[\"2024-03\",\"2024-02\",\"2024-01\"]},"
        "\"cl\":false,\"source\":{\"type\":\"widget\",\"id\":\"shop\",\"alias\":\"shop.example.org\"},"
        "\"departmentId\":\"dP3sT5wQ8yLp2Zx7k\",\"queuedAt\":\"2024-03-30T16:40:48.026Z\","
        "\"servedBy\":{\"_id\":\"aG3nT5wQ8yLp2Zx7k\",\"username\":\"bob\",\"ts\":\"2024-03-30T16:40:48.383Z\"},"
        "\"responseBy\":{\"_id\":\"aG3nT5wQ8yLp2Zx7k\",\"username\":\"bob\",\"lastMessageTs\":\"2024-03-30T16:57:02.113Z\"},"
        "\"priorityWeight\":99,\"estimatedWaitingTimeQueue\":9999999,\"tags\":[\"order\",\"refund\",\"spring sale\"],"
        "\"livechatData\":{\"order\":\"A-10293-77\",\"language\":\"en\",\"page\":\"https://shop.example.org/basket\"},"
        "\"lastMessage\":{\"_id\":\"mS7pQ2xLk9VdW4tBn\",\"rid\":\"%s\",\"msg\":\"Thank you, that was all I wanted to know.\","
        "\"ts\":\"2024-03-30T16:58:11.899Z\",\"u\":{\"_id\":\"gU3sT5wQ8yLp2Zx7k\",\"username\":\"guest-412\"}},"
        "\"metrics\":{\"response\":{\"avg\":41.2,\"total\":6,\"tt\":247.1},\"reaction\":{\"tt\":12.6},"
        "\"chatDuration\":1043.9,\"servedBy\":{\"lr\":\"2024-03-30T16:57:02.113Z\"},\"v\":{\"lq\":\"2024-03-30T16:58:11.899Z\"}},"
        "\"closedAt\":\"2024-03-30T17:02:00.417Z\",\"closedBy\":{\"_id\":\"aG3nT5wQ8yLp2Zx7k\",\"username\":\"bob\"},"
        "\"closer\":\"user\",\"_updatedAt\":\"2024-05-02T14:47:45.855Z\"},\"success\":true}",
        room, visitor, visitor, room);
    answer(peer, 200, body, size);
}

// The text of a key in the body of a PUT; ids hold no escapes.
static int field(const struct request *request, const char *key, char *value) {
    char *end = request->body + request->body_size;
    char *at = memmem(request->body, request->body_size, key, strlen(key));
    if (!at) return 0;
    for (at += strlen(key); at < end && (*at == ':' || *at == ' '); at++) {}
    char *quote = at < end && *at == '"' ? memchr(at + 1, '"', end - at - 1) : NULL;
    if (!quote || quote - at > ID_SPACE) return 0;
    memcpy(value, at + 1, quote - at - 1);
    value[quote - at - 1] = 0;
    return 1;
}

static void move(int peer, const struct request *request) {
    char room[ID_SPACE], visitor[ID_SPACE];
    if (!field(request, "\"rid\"", room) || !field(request, "\"newVisitorId\"", visitor)) {
        say(peer, 400, "{\"success\":false,\"error\":\"must be string [invalid-params]\",\"errorType\":\"invalid-params\"}");
    } else if (!strcmp(room, PROBE)) {
        note(PROBING, room, visitor);
        say(peer, 400, "{\"success\":false,\"error\":\"visitor-not-found\"}");
    } else {
        note(PUT, room, visitor);
        show_room(peer, room, visitor);
    }
}

static void look(int peer, const char *query) {
    char room[ID_SPACE], visitor[ID_SPACE];
    size_t size = strcspn(query, " &");
    snprintf(room, sizeof room, "%.*s", (int)size, query);
    uint32_t slot = moved_space ? *place(room) : 0;
    if (slot) strcpy(visitor, arrivals[slot - 1].visitor);
    else snprintf(visitor, sizeof visitor, OLD_PREFIX "%.20s", room);
    note(LOOK, room, "");
    show_room(peer, room, visitor);
}

static void show_stats(int peer) {
    char body[256];
    snprintf(body, sizeof body,
        "{\"first_request\":%lld,\"puts\":%zu,\"first_put\":%lld,\"last_put\":%lld,\"looks\":%zu}",
        arrival_count ? (long long)arrivals->nanoseconds : 0LL, puts_seen, (long long)first_put, (long long)last_put,
        looks_seen);
    say(peer, 200, body);
}

static void show_log(int peer) {
    size_t size = 0;
    char *text = grown(NULL, arrival_count * (ID_SPACE + 24) + 1);
    for (size_t index = 0; index < arrival_count; index++)
        size += sprintf(text + size, "%c %lld %s\n", arrivals[index].kind, (long long)arrivals[index].nanoseconds, arrivals[index].room);
    char head[80];
    send_all(peer, head, snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\ncontent-length: %zu\r\n\r\n", size));
    send_all(peer, text, size);
    free(text);
}

static void reset(int peer) {
    free(arrivals), free(moved);
    arrivals = NULL, moved = NULL;
    arrival_count = arrival_space = moved_count = moved_space = puts_seen = looks_seen = 0;
    first_put = last_put = 0;
    say(peer, 200, "{}");
}

static int begins(const struct request *request, const char *start) {
    return request->head_size > strlen(start) && !memcmp(request->head, start, strlen(start));
}

static void serve(int peer, const struct request *request) {
    static const char looking[] = "GET /api/v1/rooms.info?roomId=";
    if (begins(request, "PUT /api/v1/livechat/room.visitor ")) return move(peer, request);
    if (begins(request, looking)) return look(peer, request->head + sizeof looking - 1);
    if (begins(request, "GET /bench/stats")) return show_stats(peer);
    if (begins(request, "GET /bench/log")) return show_log(peer);
    if (begins(request, "POST /bench/reset")) return reset(peer);
    note(OTHER, "", "");
    if (begins(request, "GET /api/info")) return say(peer, 200, "{\"version\":\"6.9\",\"success\":true}");
    if (begins(request, "GET /api/v1/me "))
        return say(peer, 200, "{\"_id\":\"uQ7mZp2LkTn4VbXc9\",\"username\":\"bench\",\"active\":true,\"roles\":[\"admin\"],\"success\":true}");
    if (begins(request, "GET /api/v1/livechat/visitors.chatHistory/"))
        return say(peer, 200, "{\"history\":[],\"count\":0,\"offset\":0,\"total\":0,\"success\":true}");
    if (begins(request, "GET /api/v1/livechat/visitors.info"))
        return say(peer, 400, "{\"success\":false,\"error\":\"visitor-not-found\"}");
    say(peer, 404, "{\"status\":\"error\",\"message\":\"API endpoint does not exist\"}");
}

// Answers every complete request in the buffer; what is left of the next one moves to the front.
static void serve_all(int peer, struct connection *connection) {
    char *at = connection->buffer, *end = at + connection->used, *blank;
    while ((blank = memmem(at, end - at, "\r\n\r\n", 4))) {
        struct request request = {.head = at, .head_size = blank - at, .body = blank + 4};
        *blank = 0;
        char *length = strcasestr(at, "\r\ncontent-length:");
        request.body_size = length ? strtoul(length + 17, NULL, 10) : 0;
        if (request.body + request.body_size > end) {
            *blank = '\r';
            break;
        }
        serve(peer, &request);
        at = request.body + request.body_size;
    }
    connection->used = end - at;
    memmove(connection->buffer, at, connection->used);
}

static void receive(int peer) {
    struct connection *connection = connections[peer];
    ssize_t count = recv(peer, connection->buffer + connection->used, BUFFER_SPACE - connection->used, 0);
    if (count <= 0) {
        close(peer);
        free(connection);
        connections[peer] = NULL;
        return;
    }
    connection->used += count;
    serve_all(peer, connection);
}

int main(int count, char **arguments) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(count > 1 ? atoi(arguments[1]) : 0), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, MOST_CONNECTIONS)) {
        perror("cannot listen");
        return 1;
    }
    getsockname(listener, (struct sockaddr *)&address, &size);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);

    int queue = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[256];
    epoll_ctl(queue, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int ready = epoll_wait(queue, events, 256, -1);
        for (int index = 0; index < ready; index++) {
            int peer = events[index].data.fd;
            if (peer != listener) {
                receive(peer);
            } else if ((peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
                if (peer >= MOST_CONNECTIONS || !(connections[peer] = calloc(1, sizeof(struct connection)))) {
                    close(peer);
                    continue;
                }
                setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
                epoll_ctl(queue, EPOLL_CTL_ADD, peer, &(struct epoll_event){.events = EPOLLIN, .data.fd = peer});
            }
        }
    }
}
