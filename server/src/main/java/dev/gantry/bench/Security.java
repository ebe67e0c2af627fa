package dev.gantry.bench;

/** How a measured server knows its callers. */
enum Security {
    /** Not at all: {@code gantry server --insecure}. */
    NONE,
    /** By the secrets of tokens and nodes, in plain text, as a server does that is started without an option. */
    TOKENS,
    /** By the same over TLS 1.3, with a certificate for each client and each node. */
    TLS
}
