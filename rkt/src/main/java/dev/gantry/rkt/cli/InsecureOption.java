package dev.gantry.rkt.cli;

/** A check that {@code --insecure-options} turns off. */
enum InsecureOption {
    /** Plain HTTP is allowed. */
    HTTP,
    /** Images need no signature. */
    IMAGE,
    /** Any certificate of a server is taken. */
    TLS,
    /** Trees are not checked before they are used; they never are here. */
    ONDISK,
    /** Keys are taken over plain HTTP. */
    PUBKEY,
    /** No capability is taken away; the fly flavour takes none away. */
    CAPABILITIES,
    /** No path of /proc and /sys is protected; the fly flavour protects none. */
    PATHS,
    /** No system call is filtered; the fly flavour filters none. */
    SECCOMP
}
