package dev.gantry.rkt.cli;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.cli.GlobalOptions.InsecureOption;
import dev.gantry.rkt.config.Credentials;
import dev.gantry.rkt.fetch.ImageFetcher;
import dev.gantry.rkt.fetch.ImageProvider;
import dev.gantry.rkt.http.EnvironmentProxies;
import dev.gantry.rkt.http.HttpTransport;
import dev.gantry.rkt.http.Progress;
import dev.gantry.rkt.image.ImageLimits;
import dev.gantry.rkt.image.ImageStore;
import dev.gantry.rkt.request.FetchOptions;
import dev.gantry.rkt.request.PullPolicy;
import dev.gantry.rkt.trust.DiscoveringVerifier;
import dev.gantry.rkt.trust.ImageVerifier;
import dev.gantry.rkt.trust.KeyDownloads;
import dev.gantry.rkt.trust.KeyTruster;
import dev.gantry.rkt.trust.MetaKeyDiscovery;
import dev.gantry.rkt.trust.OpenPgpVerifier;
import dev.gantry.rkt.trust.TrustedKeys;
import java.io.IOException;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The environment of one command: its flags, streams, clock, and the parts that are built from them.
 *
 * @param command the name of the command, which begins its messages
 * @param options the global flags
 * @param environment the environment that rkt was called with
 * @param clock tells the time
 * @param out standard output
 * @param err standard error
 */
record Session(
        String command,
        GlobalOptions options,
        Map<String, String> environment,
        InstantSource clock,
        PrintStream out,
        PrintStream err) {

    /** Makes the session of a command once its flags are known. */
    @FunctionalInterface
    interface Factory {

        /**
         * Makes a session.
         *
         * @param command the name of the command, which begins its messages
         * @param flags all flags, of which the global ones are read
         * @return the session
         * @throws UsageException if the value of a global flag is invalid
         * @throws RktException if a configuration file can't be used
         * @throws IOException if a configuration file can't be read
         */
        Session open(String command, Flags flags) throws UsageException, RktException, IOException;
    }

    Session {
        environment = Map.copyOf(environment);
    }

    /** Opens the image store. */
    ImageStore images() throws RktException {
        return new ImageStore(options.dataDirectory(), ImageLimits.of(environment), this::say);
    }

    /** Returns a provider of images that allows what the global flags allow. */
    ImageProvider provider(PullPolicy policy) throws RktException {
        FetchOptions fetching = new FetchOptions(
                policy,
                options.insecure().contains(InsecureOption.IMAGE),
                options.insecure().contains(InsecureOption.HTTP),
                options.insecure().contains(InsecureOption.TLS));
        return provider(fetching);
    }

    /** Returns a provider of stored images and their dependencies, verified or not. It fetches nothing. */
    ImageProvider providerOfStored() throws RktException {
        FetchOptions nothing = new FetchOptions(PullPolicy.NEVER, true, false, false);
        return provider(nothing);
    }

    private ImageProvider provider(FetchOptions fetching) throws RktException {
        ImageFetcher fetcher = new ImageFetcher(
                options.dataDirectory(),
                images(),
                fetching,
                verifier(),
                new ImageFetcher.Surroundings(
                        options.configuration(), environment, clock, Progress.onTerminal(err), this::debug));
        return new ImageProvider(options.dataDirectory(), images(), fetching, fetcher);
    }

    /** Returns the keys that this machine trusts. */
    TrustedKeys trustedKeys() {
        return new TrustedKeys(
                options.configuration().system(), options.configuration().local());
    }

    /** Returns a fetcher of keys. It uses this machine's credentials and proxies, as for images. */
    KeyDownloads keyDownloads(boolean httpAllowed) {
        return new KeyDownloads(
                () -> new HttpTransport(
                        Credentials.read(options.configuration()),
                        new EnvironmentProxies(environment),
                        httpAllowed,
                        isAnyCertificateTaken()),
                httpAllowed);
    }

    /** Decides whether any certificate of a server is accepted. */
    private boolean isAnyCertificateTaken() {
        return options.insecure().contains(InsecureOption.TLS);
    }

    /**
     * Returns a verifier that uses the trusted keys. It writes messages to standard error, since standard output is for
     * ids.
     */
    private ImageVerifier verifier() {
        TrustedKeys keys = trustedKeys();
        Consumer<String> log = line -> err.println("image: " + line);
        // Made only when there is something to verify: the jars of the library are signed, so opening them is slow.
        ImageVerifier verifier =
                (aci, signature, name) -> new OpenPgpVerifier(keys, clock, log).verify(aci, signature, name);
        boolean insecureKeys = options.insecure().contains(InsecureOption.PUBKEY);
        if (isAnyCertificateTaken() && !insecureKeys) {
            // As in rkt: look for no keys without verified TLS, since an attacker may have sent them.
            return verifier;
        }
        boolean httpAllowed = insecureKeys && options.insecure().contains(InsecureOption.HTTP);
        KeyDownloads downloads = keyDownloads(httpAllowed);
        KeyTruster.Options reviews = new KeyTruster.Options(false, options.areHttpsKeysTrusted());
        KeyTruster truster =
                new KeyTruster(keys, downloads, reviews, Terminal.ofFetch(err::println, log), err::println);
        return new DiscoveringVerifier(
                verifier, keys, new MetaKeyDiscovery(downloads, httpAllowed, this::debug), truster, log);
    }

    /** Prints a message on standard error. */
    void say(String message) {
        err.println(command + ": " + message);
    }

    /** Prints a message on standard error if {@code --debug} is set. */
    void debug(String message) {
        if (options.isDebug()) {
            say(message);
        }
    }
}
