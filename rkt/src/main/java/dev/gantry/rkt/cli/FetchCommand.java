package dev.gantry.rkt.cli;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.image.ImageFinder;
import dev.gantry.rkt.image.PullPolicy;
import dev.gantry.rkt.image.StoredImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code rkt fetch}: stores images and prints their ids. */
final class FetchCommand {

    private static final FlagSyntax SYNTAX = GlobalOptions.SYNTAX
            .with(FlagKind.BOOL, "full", "no-cache", "no-store", "store-only")
            .with(FlagKind.VALUE, "pull-policy", "signature");

    private static final int SHORT_ID_LENGTH = "sha512-".length() + 32;

    private FetchCommand() {}

    static void run(SessionFactory sessions, List<String> words) throws UsageException, RktException, IOException {
        List<String> images = new ArrayList<>();
        Flags flags = Flags.read(SYNTAX, words, images);
        Session session = sessions.open("fetch", flags);
        if (images.isEmpty()) {
            throw new RktException("must provide at least one image");
        }
        Privileges.requireRoot();
        ImageFinder finder = session.finder(policy(flags, PullPolicy.UPDATE));
        for (String image : images) {
            StoredImage stored = finder.find(image);
            session.debug("stored image %s as %s".formatted(stored.manifest().displayName(), stored.id()));
            session.out()
                    .println(flags.isSet("full") ? stored.id() : stored.id().substring(0, SHORT_ID_LENGTH));
        }
    }

    /** The pull policy, or what the flags that it superseded say. */
    static PullPolicy policy(Flags flags, PullPolicy usual) throws UsageException, RktException {
        if (flags.last("signature").isPresent()) {
            throw UsageException.invalidValue(
                    new Flag("signature", flags.last("signature").get()), "this rkt does not verify signatures yet");
        }
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
