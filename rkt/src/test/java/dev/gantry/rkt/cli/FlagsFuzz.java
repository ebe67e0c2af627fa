package dev.gantry.rkt.cli;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.pod.Confinement;
import dev.gantry.rkt.pod.Flavor;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Reads any words as the command line of {@code rkt run}. A line feed parts two words. */
public final class FlagsFuzz {

    private FlagsFuzz() {}

    /** Called by the fuzzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        List<String> words = List.of(new String(input, StandardCharsets.UTF_8).split("\n", -1));
        if (words.stream().anyMatch(word -> word.contains("-file") || word.contains("manifest"))) {
            // These flags name files of the machine, and what is in them is not the fuzzer's.
            return;
        }
        try {
            PodArguments arguments = PodArguments.read(PrepareCommand.RUN_SYNTAX, words);
            PodRequests.of(arguments, Map.of(), Flavor.CRUN, Confinement.FULL);
        } catch (UsageException e) {
            // No error is told where --help asks for help.
            e.error().ifPresent(fault -> requireTold(fault, e));
        } catch (RktException e) {
            requireTold(e.getMessage(), e);
        }
    }

    private static void requireTold(String fault, Exception cause) {
        if (fault == null || fault.isBlank()) {
            throw new AssertionError("The fault is not told", cause);
        }
    }
}
