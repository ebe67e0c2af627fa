package dev.gantry.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The secret of the client's token, which each call carries. Safe for use by several threads. */
interface TokenSource {

    /** The header of the token (RFC 6750). */
    Metadata.Key<String> AUTHORIZATION = Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    /**
     * Returns the secret for the next call.
     *
     * @return the secret; empty for a call without a token
     * @throws GantryException if it can't be read
     */
    Optional<String> secret();

    /**
     * Returns a secret that stays the same.
     *
     * @throws IllegalArgumentException if a header can't carry it. The message does not repeat it
     */
    static TokenSource of(String secret) {
        if (!isPrintable(secret)) {
            throw new IllegalArgumentException("The token is empty, or has characters other than printable ASCII");
        }
        return () -> Optional.of(secret);
    }

    /** Returns the secret that a supplier returns for each call. */
    static TokenSource of(Supplier<Optional<String>> secrets) {
        return () -> secrets.get().filter(TokenSource::isPrintable);
    }

    /** Returns the secret in a file, which is read again when the file has changed. */
    static TokenSource of(Path file) {
        return new TokenFile(file);
    }

    /**
     * Returns the secret that the environment names, else that of a server of this user on this machine.
     *
     * @param environment the environment variables
     * @param servers the servers to call
     * @return the source; empty if there is no place where a token could be
     * @throws IllegalArgumentException if a variable holds no token
     */
    static Optional<TokenSource> discover(Map<String, String> environment, ServerAddresses servers) {
        Optional<TokenSource> named = variable(environment, "GANTRY_TOKEN")
                .map(secret -> of(secret.strip()))
                .or(() -> variable(environment, "GANTRY_TOKEN_FILE").map(file -> of(Path.of(file))));
        if (named.isPresent() || servers.beyondThisMachine().isPresent()) {
            return named;
        }
        LocalCredentials local = LocalCredentials.ofThisUser(environment);
        // Asked for each call: the server may start later than the client.
        // Whichever server is called then, no other user may listen there.
        return Optional.of(of(() ->
                servers.all().stream()
                        .map(server -> local.secretFor(server.toString(), LocalCredentials.MANAGEMENT))
                        .toList()
                        .stream()
                        .flatMap(Optional::stream)
                        .findFirst()));
    }

    /** Adds the secret to each call. */
    default ClientInterceptor interceptor() {
        return new ClientInterceptor() {
            @Override
            public <Q, T> ClientCall<Q, T> interceptCall(
                    MethodDescriptor<Q, T> method, CallOptions options, Channel next) {
                Optional<String> secret = secret();
                return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
                    @Override
                    public void start(Listener<T> listener, Metadata headers) {
                        secret.ifPresent(known -> headers.put(AUTHORIZATION, "Bearer " + known));
                        super.start(listener, headers);
                    }
                };
            }
        };
    }

    private static Optional<String> variable(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
    }

    private static boolean isPrintable(String secret) {
        return !secret.isEmpty() && secret.chars().allMatch(each -> each > ' ' && each < 0x7F);
    }

    /** A secret in a file. */
    final class TokenFile implements TokenSource {

        private static final int LONGEST = 4096;

        private final Path file;
        private volatile Optional<Read> last = Optional.empty();

        private TokenFile(Path file) {
            this.file = file;
        }

        /** The content of the file, and what tells whether the file has changed since. */
        private record Read(String secret, FileTime changed, long size, Optional<Object> key) {

            boolean isOf(BasicFileAttributes attributes) {
                return attributes.lastModifiedTime().equals(changed)
                        && attributes.size() == size
                        && Optional.ofNullable(attributes.fileKey()).equals(key);
            }
        }

        @Override
        public Optional<String> secret() {
            try {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                Optional<Read> known = last.filter(read -> read.isOf(attributes));
                if (known.isPresent()) {
                    return known.map(Read::secret);
                }
                String secret = attributes.size() > LONGEST
                        ? ""
                        : Files.readString(file, StandardCharsets.ISO_8859_1).strip();
                if (!isPrintable(secret)) {
                    throw new GantryException("The file " + file + " holds no token", null);
                }
                last = Optional.of(new Read(
                        secret,
                        attributes.lastModifiedTime(),
                        attributes.size(),
                        Optional.ofNullable(attributes.fileKey())));
                return Optional.of(secret);
            } catch (NoSuchFileException e) {
                throw new GantryException("Can't read the token in " + file + ": there is no such file", e);
            } catch (IOException e) {
                throw new GantryException("Can't read the token in " + file + ": " + e, e);
            }
        }
    }
}
