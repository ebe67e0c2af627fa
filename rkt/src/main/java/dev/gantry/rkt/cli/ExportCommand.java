package dev.gantry.rkt.cli;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.tar.AciTree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * The second half of {@code rkt export}: writes an image from a pod's files, which export.sh has collected. Arguments:
 * the file of the manifest, the directory of the files, the file to write, and whether that file may be replaced.
 */
final class ExportCommand {

    private ExportCommand() {}

    static void run(List<String> words, Consumer<String> notes) throws RktException, IOException {
        Path manifest = Path.of(words.get(0));
        Path rootfs = Path.of(words.get(1));
        OutputFile.write(
                Path.of(words.get(2)),
                words.get(3).equals("true"),
                file -> AciTree.write(file, manifest, rootfs, notes));
    }
}
