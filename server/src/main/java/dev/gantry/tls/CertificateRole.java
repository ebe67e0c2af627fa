package dev.gantry.tls;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The part that the holder of a certificate has in a cluster. A certificate carries it as a URI among its subject
 * alternative names, in the form of SPIFFE.
 */
public sealed interface CertificateRole {

    /** The beginning of the URIs of all roles. */
    String PREFIX = "spiffe://gantry/";

    /**
     * Returns the URI that stands for the role in a certificate.
     *
     * @return the URI
     */
    String uri();

    /** A server: {@code spiffe://gantry/server}. */
    record Server() implements CertificateRole {

        @Override
        public String uri() {
            return PREFIX + "server";
        }

        @Override
        public String toString() {
            return "server";
        }
    }

    /**
     * The node of this name: {@code spiffe://gantry/node/NAME}.
     *
     * @param name 1 to 128 letters, digits, dots, underscores and dashes
     */
    record Node(String name) implements CertificateRole {

        private static final String NODES = PREFIX + "node/";
        private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,128}");

        /**
         * Validates the name.
         *
         * @throws IllegalArgumentException if the name can't be that of a node
         */
        public Node {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        "The node's name \"%s\" must be 1 to 128 letters, digits, dots, underscores and dashes"
                                .formatted(name));
            }
        }

        @Override
        public String uri() {
            return NODES + name;
        }

        @Override
        public String toString() {
            return "node \"" + name + "\"";
        }
    }

    /** One who submits and reads jobs: {@code spiffe://gantry/client}. */
    record Client() implements CertificateRole {

        @Override
        public String uri() {
            return PREFIX + "client";
        }

        @Override
        public String toString() {
            return "client";
        }
    }

    /**
     * Returns the role in a certificate. A certificate with several of Gantry's URIs has no role, since nobody could say
     * which one counts.
     *
     * @param certificate the certificate, whose issuer was verified before
     * @return the role; empty if there is none
     */
    static Optional<CertificateRole> of(X509Certificate certificate) {
        List<String> uris = uris(certificate);
        return uris.size() == 1 ? ofUri(uris.get(0)) : Optional.empty();
    }

    /**
     * Returns the role that a URI stands for.
     *
     * @param uri any text
     * @return the role; empty if it is no URI of a role
     */
    static Optional<CertificateRole> ofUri(String uri) {
        if (uri.equals(new Server().uri())) {
            return Optional.of(new Server());
        }
        if (uri.equals(new Client().uri())) {
            return Optional.of(new Client());
        }
        String name = uri.startsWith(Node.NODES) ? uri.substring(Node.NODES.length()) : "";
        return Node.NAME.matcher(name).matches() ? Optional.of(new Node(name)) : Optional.empty();
    }

    private static List<String> uris(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names == null
                    ? List.of()
                    : names.stream()
                            .map(name -> Objects.toString(name.get(1)))
                            .filter(name -> name.startsWith(PREFIX))
                            .toList();
        } catch (CertificateParsingException e) {
            // A certificate whose names can't be read names no role.
            return List.of();
        }
    }
}
