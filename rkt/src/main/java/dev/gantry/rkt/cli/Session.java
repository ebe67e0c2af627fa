package dev.gantry.rkt.cli;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.image.FetchOptions;
import dev.gantry.rkt.image.HttpImages;
import dev.gantry.rkt.image.ImageFinder;
import dev.gantry.rkt.image.ImageStore;
import dev.gantry.rkt.image.PullPolicy;
import dev.gantry.rkt.trust.ImageVerifier;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.Map;

/**
 * What a command works with.
 *
 * @param command its name, which stands before its messages
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

    Session {
        environment = Map.copyOf(environment);
    }

    /** The image store. */
    ImageStore images() {
        return new ImageStore(options.dataDirectory());
    }

    /** Finds images, with what the global flags allow. */
    ImageFinder finder(PullPolicy policy) {
        FetchOptions fetching = new FetchOptions(
                policy,
                options.insecure().contains(InsecureOption.IMAGE),
                options.insecure().contains(InsecureOption.HTTP),
                options.insecure().contains(InsecureOption.TLS));
        return new ImageFinder(images(), fetching, new HttpImages(options.dataDirectory()), verifier());
    }

    /** Verifies signatures of images. */
    private static ImageVerifier verifier() {
        return (aci, signature, imageName) -> {
            throw new RktException(
                    "signature \"%s\" can't be verified by this rkt yet; --insecure-options=image takes the image unverified"
                            .formatted(signature));
        };
    }

    /** Tells the user something on standard error. */
    void say(String message) {
        err.println(command + ": " + message);
    }

    /** Tells the user something if asked for more. */
    void debug(String message) {
        if (options.isDebug()) {
            say(message);
        }
    }
}
