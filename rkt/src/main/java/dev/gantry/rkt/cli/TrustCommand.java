package dev.gantry.rkt.cli;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.cli.FlagSyntax.Kind;
import dev.gantry.rkt.trust.KeyDownloads;
import dev.gantry.rkt.trust.KeyTruster;
import dev.gantry.rkt.trust.MetaKeyDiscovery;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** {@code rkt trust}: adds keys that may sign images. */
final class TrustCommand {

    static final FlagSyntax SYNTAX = GlobalOptions.SYNTAX
            .with(Kind.BOOL, "insecure-allow-http", "root", "skip-fingerprint-review")
            .with(Kind.VALUE, "prefix");

    private TrustCommand() {}

    static void run(Session.Factory sessions, List<String> words) throws UsageException, RktException, IOException {
        List<String> locations = new ArrayList<>();
        Flags flags = Flags.read(SYNTAX, words, locations);
        Session session = sessions.open("trust", flags);
        Optional<String> prefix = prefix(flags, locations);
        boolean httpAllowed = flags.isSet("insecure-allow-http");
        KeyDownloads downloads = session.keyDownloads(httpAllowed);
        if (locations.isEmpty()) {
            locations.addAll(discover(downloads, httpAllowed, session, prefix.orElseThrow()));
        }
        Consumer<String> out = line -> {
            session.out().println(line);
            session.out().flush();
        };
        KeyTruster.Options reviews = new KeyTruster.Options(
                flags.isSet("skip-fingerprint-review"), session.options().areHttpsKeysTrusted());
        KeyTruster truster =
                new KeyTruster(session.trustedKeys(), downloads, reviews, Terminal.ofTrust(out, session::say), out);
        try {
            truster.trust(locations, prefix);
        } catch (RktException e) {
            throw new RktException("error adding keys: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new RktException("error adding keys: " + Main.describe(e), e);
        }
    }

    private static Optional<String> prefix(Flags flags, List<String> locations) throws UsageException, RktException {
        Optional<String> prefix = flags.last("prefix").filter(value -> !value.isEmpty());
        boolean isRoot = flags.isSet("root");
        if (prefix.isPresent() && isRoot) {
            throw new RktException("--root and --prefix usage mutually exclusive");
        }
        if (prefix.isEmpty() && !isRoot) {
            if (locations.isEmpty()) {
                throw UsageException.error("--prefix or --root is needed");
            }
            throw new RktException("--root required for non-prefixed (root) keys");
        }
        if (isRoot && locations.isEmpty()) {
            throw new RktException("error determining key location: at least one key or --prefix required");
        }
        int scheme = prefix.map(value -> value.indexOf("://")).orElse(-1);
        if (scheme >= 0) {
            throw new RktException("--prefix must not contain a URL scheme, omit %s"
                    .formatted(prefix.orElseThrow().substring(0, scheme + "://".length())));
        }
        return prefix;
    }

    private static List<String> discover(KeyDownloads downloads, boolean httpAllowed, Session session, String prefix)
            throws RktException {
        String failure = "error determining key location: ";
        try {
            List<String> found = new MetaKeyDiscovery(downloads, httpAllowed, session::debug).locations(prefix);
            if (found.isEmpty()) {
                throw new RktException("meta discovery on %s resulted in no keys".formatted(prefix));
            }
            return found;
        } catch (RktException e) {
            throw new RktException(failure + e.getMessage(), e);
        } catch (IOException e) {
            throw new RktException(failure + Main.describe(e), e);
        }
    }
}
