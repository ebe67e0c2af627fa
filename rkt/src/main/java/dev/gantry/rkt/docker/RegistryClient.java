package dev.gantry.rkt.docker;

import dev.gantry.rkt.RktException;
import dev.gantry.rkt.config.Credentials;
import dev.gantry.rkt.http.HttpClients;
import dev.gantry.rkt.http.HttpTransport;
import dev.gantry.rkt.http.Progress;
import dev.gantry.rkt.request.DockerReference;
import dev.gantry.rkt.request.FetchOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import land.oras.ContainerRef;
import land.oras.Descriptor;
import land.oras.Registry;
import land.oras.auth.NoAuthProvider;
import land.oras.auth.UsernamePasswordProvider;
import land.oras.exception.OrasException;

/**
 * One repository of a docker registry. Content that is requested by a digest is compared with the digest. As in
 * docker2aci, HTTPS is tried first, then plain HTTP if it is allowed.
 */
final class RegistryClient {

    private static final Pattern PLAIN_REALM =
            Pattern.compile("realm\\s*=\\s*\"?(http:[^\"\\s,]*)", Pattern.CASE_INSENSITIVE);

    private static final int BUFFER_BYTES = 1 << 16;

    private final DockerReference reference;
    private final String scheme;
    private final Registry registry;
    private final ContainerRef repository;
    private final Progress progress;

    private RegistryClient(DockerReference reference, String scheme, Registry registry, Progress progress) {
        this.reference = reference;
        this.scheme = scheme;
        this.registry = registry;
        this.repository = ContainerRef.parse(reference.registry() + "/" + reference.repository());
        this.progress = progress;
    }

    /**
     * Finds out the scheme and the authentication of a registry.
     *
     * @param reference an image of the registry
     * @param transport probes the registry, without credentials
     * @param credentials the credentials for registries
     * @param proxies which proxy leads to it
     * @param options restricts the connections and signatures that are accepted
     * @param progress shows the progress of downloads
     * @return the repository of the image
     * @throws RktException if the registry can't be reached
     * @throws IOException if its answer can't be read
     */
    static RegistryClient open(
            DockerReference reference,
            HttpTransport transport,
            Credentials credentials,
            ProxySelector proxies,
            FetchOptions options,
            Progress progress)
            throws RktException, IOException {
        // The library uses the proxies of the JVM and can't be configured with others. It takes certificates from one
        // file.
        ProxySelector.setDefault(proxies);
        HttpClients.trustAsThisMachine();
        Answer answer = ask(reference, transport, options.httpAllowed());
        String scheme = answer.scheme();
        Registry.Builder registry =
                Registry.builder().withInsecure(scheme.equals("http")).withSkipTlsVerify(options.anyCertificate());
        // As in rkt, over TLS only: the author of an image name must not make this machine send a password in the
        // clear.
        Optional<Credentials.Login> login = scheme.equals("https") ? login(reference, credentials) : Optional.empty();
        if (login.isPresent()) {
            requireTls(answer.challenge());
        }
        registry = login.isPresent()
                ? registry.withAuthProvider(new UsernamePasswordProvider(
                        login.get().user(), login.get().password()))
                : registry.withAuthProvider(new NoAuthProvider());
        return new RegistryClient(reference, scheme, registry.build(), progress);
    }

    /**
     * A manifest or an index.
     *
     * @param mediaType its media type
     * @param json its text
     * @param digest its digest
     */
    record Document(String mediaType, String json, String digest) {}

    /**
     * Gets a manifest or an index.
     *
     * @param version a tag or a digest
     * @return the document
     * @throws RktException if it does not exist, or does not match the digest
     */
    Document manifest(String version) throws RktException {
        boolean isDigest = version.contains(":");
        try {
            Descriptor descriptor =
                    registry.getDescriptor(isDigest ? repository.withDigest(version) : repository.withTag(version));
            byte[] bytes = descriptor.getJson().getBytes(StandardCharsets.UTF_8);
            Optional<String> expected = Optional.ofNullable(isDigest ? version : descriptor.getDigest());
            String digest = expected.orElseGet(() -> Digests.sha256(bytes));
            Digests.require(digest, bytes, "manifest " + version);
            return new Document(descriptor.getMediaType(), descriptor.getJson(), digest);
        } catch (OrasException e) {
            throw failure("manifests/" + version, e);
        }
    }

    /**
     * Gets a blob.
     *
     * @param digest its digest
     * @param file where to put it
     * @param label its name for messages
     * @param size how large it should be, in bytes; negative if that is not known
     * @param maxBytes the size at which it is refused
     * @throws RktException if it does not exist, or does not match the digest
     * @throws IOException if the transfer breaks off, or the file can't be written
     */
    void blob(String digest, Path file, String label, long size, long maxBytes) throws RktException, IOException {
        Digests.Check check = Digests.check(digest);
        long done = 0;
        try (InputStream in = registry.fetchBlob(repository.withDigest(digest));
                OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW);
                Progress.Line line = progress.begin(label, size)) {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                done += read;
                if (done > maxBytes) {
                    throw new RktException("blob %s has more than %d bytes".formatted(digest, maxBytes));
                }
                check.update(buffer, read);
                out.write(buffer, 0, read);
                line.reached(done);
            }
        } catch (OrasException e) {
            throw failure("blobs/" + digest, e);
        }
        check.require("blob " + digest);
    }

    /**
     * The response of a registry to a request without credentials.
     *
     * @param scheme the scheme of the response
     * @param challenge the authentication challenge; empty if the registry needs no authentication
     */
    private record Answer(String scheme, String challenge) {}

    private static Answer ask(DockerReference reference, HttpTransport transport, boolean isHttpAllowed)
            throws RktException, IOException {
        RktException failure = null;
        for (String scheme : isHttpAllowed ? List.of("https", "http") : List.of("https")) {
            try {
                URI uri = URI.create("%s://%s/v2/".formatted(scheme, reference.registry()));
                HttpResponse<InputStream> response = transport.get(uri, Map.of());
                response.body().close();
                return new Answer(
                        scheme,
                        response.headers().firstValue("WWW-Authenticate").orElse(""));
            } catch (RktException e) {
                failure = e;
            }
        }
        throw failure;
    }

    /** Refuses a token server of plain HTTP: the library would send the password to it. */
    private static void requireTls(String challenge) throws RktException {
        Matcher plain = PLAIN_REALM.matcher(challenge);
        if (plain.find()) {
            throw new RktException("credentials are sent over TLS only, and the registry wants them sent to \"%s\""
                    .formatted(plain.group(1)));
        }
    }

    private static Optional<Credentials.Login> login(DockerReference reference, Credentials credentials) {
        List<String> names = reference.isOfHub()
                ? List.of("index.docker.io", DockerReference.HUB, "docker.io")
                : List.of(reference.registry());
        return names.stream().flatMap(name -> credentials.login(name).stream()).findFirst();
    }

    private RktException failure(String path, OrasException e) {
        String url = "%s://%s/v2/%s/%s".formatted(scheme, reference.registry(), reference.repository(), path);
        String reason = switch (e.getStatusCode() == null ? -1 : e.getStatusCode()) {
            case -1, 0 -> e.getCause() == null ? e.getMessage() : e.getMessage() + ": " + e.getCause();
            case 401 ->
                scheme.equals("https")
                        ? "401 Unauthorized: put credentials for \"%s\" into auth.d".formatted(reference.registry())
                        : "401 Unauthorized: credentials are sent over TLS only, and \"%s\" answers plain HTTP"
                                .formatted(reference.registry());
            case 404 -> "404 Not Found";
            default -> e.getStatusCode() + " " + e.getMessage();
        };
        return new RktException("Get \"%s\": %s".formatted(url, reason), e);
    }
}
