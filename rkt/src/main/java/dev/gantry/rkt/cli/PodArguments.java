package dev.gantry.rkt.cli;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.cli.FlagSyntax.Kind;
import dev.gantry.rkt.cli.Flags.Flag;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The command line of {@code prepare} and {@code run}: flags of the pod, images with their own flags, and their
 * arguments between {@code --} and {@code ---}.
 *
 * @param pod the flags of the pod, which may be anywhere on the command line
 * @param apps the images
 */
record PodArguments(Flags pod, List<App> apps) {

    /** The flags of an app. {@code --mount} is a flag of the pod if it comes before the first image. */
    private static final Set<String> APP_FLAGS = Set.of(
            "caps-remove",
            "caps-retain",
            "cap-remove",
            "cap-retain",
            "cpu",
            "cpu-shares",
            "environment",
            "exec",
            "group",
            "memory",
            "name",
            "oom-score-adj",
            "readonly-rootfs",
            "seccomp",
            "signature",
            "supplementary-gids",
            "user",
            "user-annotation",
            "user-label",
            "working-dir");

    /** The flags that follow an image. */
    static final FlagSyntax APP_SYNTAX = FlagSyntax.none().with(Kind.VALUE, APP_FLAGS.toArray(String[]::new));

    PodArguments {
        apps = List.copyOf(apps);
    }

    /**
     * Reads a command line.
     *
     * @param podSyntax the flags of the pod
     * @param words the command line
     * @return the flags and images of the command line
     * @throws UsageException if a flag is unknown or at a wrong place
     * @throws RktException if arguments of an app are at a wrong place
     */
    static PodArguments read(FlagSyntax podSyntax, List<String> words) throws UsageException, RktException {
        return new Reader(podSyntax.with(APP_SYNTAX)).read(words);
    }

    /**
     * An image on the command line.
     *
     * @param image the reference to the image
     * @param flags its flags
     * @param arguments its arguments
     */
    record App(String image, Flags flags, List<String> arguments) {

        App {
            arguments = List.copyOf(arguments);
        }
    }

    /** Reads one command line. */
    private static final class Reader {

        private final FlagSyntax syntax;
        private final List<Flag> podFlags = new ArrayList<>();
        private final List<App> apps = new ArrayList<>();

        private String image;
        private List<Flag> appFlags = new ArrayList<>();
        private List<String> arguments;

        Reader(FlagSyntax syntax) {
            this.syntax = syntax;
        }

        PodArguments read(List<String> words) throws UsageException, RktException {
            int position = 0;
            while (position < words.size()) {
                String word = words.get(position);
                if (word.equals("--")) {
                    position = readArguments(words, position + 1);
                } else if (FlagSyntax.isFlag(word)) {
                    List<Flag> read = new ArrayList<>();
                    position = syntax.read(words, position, read::add);
                    take(read.get(0));
                } else {
                    if (!word.equals("---")) {
                        finishApp();
                        image = word;
                    }
                    position++;
                }
            }
            finishApp();
            return new PodArguments(new Flags(podFlags), apps);
        }

        private int readArguments(List<String> words, int start) throws RktException {
            if (image == null) {
                throw new RktException(
                        "error parsing app image arguments: an image is required before any app arguments");
            }
            if (arguments != null) {
                throw new RktException(
                        "error parsing app image arguments: only one set of app arguments allowed per image");
            }
            List<String> rest = words.subList(start, words.size());
            int end = rest.indexOf("---");
            arguments = end < 0 ? rest : rest.subList(0, end);
            return end < 0 ? words.size() : start + end + 1;
        }

        private void take(Flag flag) throws UsageException {
            boolean isOfApp = APP_FLAGS.contains(flag.name()) || (flag.name().equals("mount") && image != null);
            if (isOfApp && image == null) {
                throw UsageException.invalidValue(flag, "--%s must follow an image".formatted(flag.name()));
            }
            (isOfApp ? appFlags : podFlags).add(flag);
        }

        private void finishApp() {
            if (image != null) {
                apps.add(new App(image, new Flags(appFlags), arguments == null ? List.of() : arguments));
            }
            image = null;
            appFlags = new ArrayList<>();
            arguments = null;
        }
    }
}
