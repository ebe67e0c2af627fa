package dev.gantry.rkt.cli;

import dev.gantry.rkt.Json;
import dev.gantry.rkt.RktException;
import dev.gantry.rkt.cli.FlagSyntax.Kind;
import dev.gantry.rkt.cli.Flags.Flag;
import dev.gantry.rkt.image.ImageStore;
import dev.gantry.rkt.image.StoredImage;
import dev.gantry.rkt.request.ImageReference;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code rkt image}. */
final class ImageCommand {

    private static final FlagSyntax SYNTAX = GlobalOptions.SYNTAX
            .with(Kind.BOOL, "full", "no-legend", "overwrite", "pretty-print", "rootfs-only")
            .with(Kind.VALUE, "fields", "format", "grace-period", "order", "sort");

    private ImageCommand() {}

    static void run(Session.Factory sessions, List<String> words) throws UsageException, RktException, IOException {
        List<String> operands = new ArrayList<>();
        Flags flags = Flags.read(SYNTAX, words, operands);
        if (operands.isEmpty()) {
            throw UsageException.help();
        }
        String command = operands.remove(0);
        Session session = sessions.open(command, flags);
        switch (command) {
            case "list" -> {
                requireFlagsOf(flags, Set.of("full", "no-legend", "fields", "format", "order", "sort"));
                ImageList.print(session, flags);
            }
            case "rm" -> {
                requireFlagsOf(flags, Set.of());
                remove(session, operands);
            }
            case "cat-manifest" -> {
                requireFlagsOf(flags, Set.of("pretty-print"));
                printManifest(session, flags, operands);
            }
            case "gc" -> {
                requireFlagsOf(flags, Set.of("grace-period"));
                ImageCollection.run(session, flags);
            }
            case "export" -> {
                requireFlagsOf(flags, Set.of("overwrite"));
                requireOperands(command, operands);
                ImageOutputs.export(session, flags, operands.get(0), operands.get(1));
            }
            case "extract", "render" -> {
                requireFlagsOf(flags, Set.of("overwrite", "rootfs-only"));
                requireOperands(command, operands);
                ImageOutputs.extract(session, flags, operands.get(0), operands.get(1), command.equals("render"));
            }
            case "verify" -> {
                requireFlagsOf(flags, Set.of());
                ImageVerification.run(session, operands);
            }
            default -> throw UsageException.error("unknown command \"%s\" for \"rkt image\"".formatted(command));
        }
    }

    private static void requireFlagsOf(Flags flags, Set<String> known) throws UsageException {
        for (Flag flag : flags.all()) {
            if (!known.contains(flag.name()) && !GlobalOptions.SYNTAX.knows(flag.name())) {
                throw UsageException.error("unknown flag: --%s".formatted(flag.name()));
            }
        }
    }

    private static void requireOperands(String command, List<String> operands) throws UsageException {
        if (operands.size() != 2) {
            throw UsageException.error("image %s takes an image and where to put it".formatted(command));
        }
    }

    private static void printManifest(Session session, Flags flags, List<String> operands)
            throws UsageException, RktException, IOException {
        if (operands.size() != 1) {
            throw UsageException.error("image cat-manifest takes one image");
        }
        StoredImage image = require(session.images(), operands.get(0));
        boolean isPretty = flags.last("pretty-print").map("true"::equals).orElse(true);
        session.out()
                .println(
                        isPretty
                                ? Json.pretty(image.manifest().json())
                                : Json.compact(image.manifest().json()));
    }

    @SuppressWarnings("try") // the lock is held, not used
    private static void remove(Session session, List<String> operands)
            throws UsageException, RktException, IOException {
        if (operands.isEmpty()) {
            throw new RktException("must provide at least one image ID");
        }
        ImageStore store = session.images();
        try (Closeable ignored = store.lock(false)) {
            Set<StoredImage> images = new LinkedHashSet<>();
            for (String operand : operands) {
                try {
                    images.add(require(store, operand));
                } catch (RktException e) {
                    // As in rkt, an unknown image does not make the command fail (rkt/image_rm.go).
                    session.say(e.getMessage());
                }
            }
            int removed = new ImageRemoval(session, store).remove(images);
            if (removed > 0) {
                session.say("%d image(s) successfully removed".formatted(removed));
            }
        }
    }

    /** Returns the stored image of a hash or name. */
    static StoredImage require(ImageStore store, String image) throws RktException, IOException {
        Optional<StoredImage> stored = find(store, ImageReference.parseStored(image));
        return stored.orElseThrow(() -> new RktException("could not find image \"%s\" in the store".formatted(image)));
    }

    private static Optional<StoredImage> find(ImageStore store, ImageReference image) throws RktException, IOException {
        return image instanceof ImageReference.Name name
                ? store.find(name.name(), name.labels())
                : store.find(image.text());
    }
}
