package dev.gantry.rkt.cli;

import dev.gantry.rkt.RktException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Checks the user of this process. */
final class Privileges {

    private Privileges() {}

    /** Throws unless this process runs as root: files of images belong to many users. */
    static void requireRoot() throws IOException, RktException {
        if (!Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
            throw new RktException("cannot run as unprivileged user");
        }
    }
}
