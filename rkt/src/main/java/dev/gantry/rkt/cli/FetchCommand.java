package dev.gantry.rkt.cli;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.cli.FlagSyntax.Kind;
import dev.gantry.rkt.cli.Flags.Flag;
import dev.gantry.rkt.fetch.ImageProvider;
import dev.gantry.rkt.image.StoredImage;
import dev.gantry.rkt.request.ImageReference;
import dev.gantry.rkt.request.PullPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** {@code rkt fetch}: stores images and prints their ids. */
final class FetchCommand {

    static final FlagSyntax SYNTAX = GlobalOptions.SYNTAX
            .with(Kind.BOOL, "full", "no-cache", "no-store", "store-only")
            .with(Kind.VALUE, "pull-policy");

    private static final int SHORT_ID_LENGTH = "sha512-".length() + 32;

    private FetchCommand() {}

    static void run(Session.Factory sessions, List<String> words) throws UsageException, RktException, IOException {
        PodArguments arguments = PodArguments.read(SYNTAX, words);
        Flags flags = arguments.pod();
        requireSignaturesOnly(arguments.apps());
        Session session = sessions.open("fetch", flags);
        if (arguments.apps().isEmpty()) {
            throw new RktException("must provide at least one image");
        }
        Privileges.requireRoot();
        ImageProvider images = session.provider(policy(flags, PullPolicy.UPDATE));
        for (PodArguments.App image : arguments.apps()) {
            StoredImage stored = images.provide(ImageReference.parse(image.image()), signature(image));
            session.debug("stored image %s as %s".formatted(stored.manifest().displayName(), stored.id()));
            session.out()
                    .println(flags.isSet("full") ? stored.id() : stored.id().substring(0, SHORT_ID_LENGTH));
        }
    }

    /** Returns the file of {@code --signature}; empty if the signature is beside the image. */
    static Optional<Path> signature(PodArguments.App image) {
        return image.flags().last("signature").map(Path::of);
    }

    /** Refuses flags after an image, except {@code --signature}, and arguments. */
    private static void requireSignaturesOnly(List<PodArguments.App> images) throws UsageException, RktException {
        for (PodArguments.App image : images) {
            for (Flag flag : image.flags().all()) {
                if (!flag.name().equals("signature")) {
                    throw UsageException.error("unknown flag: --%s".formatted(flag.name()));
                }
            }
            if (!image.arguments().isEmpty()) {
                throw new RktException("images take no arguments here");
            }
        }
    }

    /** Returns the pull policy of {@code --pull-policy}, or of the older flags that it replaces. */
    static PullPolicy policy(Flags flags, PullPolicy usual) throws UsageException, RktException {
        if (flags.isSet("store-only") && flags.isSet("no-store")) {
            throw new RktException("both --store-only and --no-store specified");
        }
        if (flags.isSet("store-only")) {
            return PullPolicy.NEVER;
        }
        if (flags.isSet("no-store") || flags.isSet("no-cache")) {
            return PullPolicy.UPDATE;
        }
        Optional<String> policy = flags.last("pull-policy");
        return policy.isPresent() ? PullPolicy.parse(policy.get()) : usual;
    }
}
