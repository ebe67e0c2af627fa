package dev.gantry.rkt.cli;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.pod.PreparedBundles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The part of {@code rkt run-prepared} that removes protections from a prepared pod. The launcher calls it with {@code
 * --insecure-options} and the pod's directory. The other parts of run-prepared are shell.
 */
final class RelaxCommand {

    private RelaxCommand() {}

    static void run(List<String> words) throws UsageException, RktException, IOException {
        List<String> operands = new ArrayList<>();
        GlobalOptions options = GlobalOptions.of(Flags.read(GlobalOptions.SYNTAX, words, operands));
        new PreparedBundles(Path.of(operands.get(0))).relax(options.confinement());
    }
}
