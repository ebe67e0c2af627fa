package dev.gantry.cli;

import dev.gantry.model.IpLiteral;
import dev.gantry.tls.CertificateAuthority;
import dev.gantry.tls.CertificateRole;
import dev.gantry.tls.DnsNames;
import dev.gantry.tls.PemFiles;
import dev.gantry.tls.TlsException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code gantry tls cert create}: issues the certificate of a server, a node or a client. */
@Command(
        name = "create",
        description = {
            "Issues a certificate and makes its private key: server.crt and server.key, node-NAME.crt and node-NAME.key,"
                    + " or client.crt and client.key. Calls no server.",
            ""
        })
final class TlsCertCreateCommand implements Callable<Integer> {

    /** A century: longer is a mistake. */
    private static final int MOST_DAYS = 36_500;

    private static final List<String> OWN_NAMES = List.of("localhost");
    private static final List<String> OWN_ADDRESSES = List.of("127.0.0.1", "::1");
    private final CliContext context;

    @Spec
    @SuppressWarnings("unused")
    private CommandSpec spec;

    /** The role: exactly one. */
    @ArgGroup(multiplicity = "1")
    private Role role;

    /** The options that name a role. */
    private static final class Role {

        @Option(names = "--server", description = "The certificate is a server's.")
        private boolean server;

        @Option(names = "--node", paramLabel = "NAME", description = "The certificate is that of the node NAME.")
        private String node;

        @Option(names = "--client", description = "The certificate is a client's: of the command line or the SDK.")
        private boolean client;
    }

    @Option(
            names = "--dns",
            paramLabel = "NAME",
            description = "A DNS name by which the server is called, besides localhost. May be repeated.")
    private List<String> dnsNames = new ArrayList<>();

    @Option(
            names = "--ip",
            paramLabel = "ADDRESS",
            description = "An IP address by which the server is called, besides 127.0.0.1 and ::1. May be repeated.")
    private List<String> addresses = new ArrayList<>();

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            defaultValue = ".",
            description = "The directory of the two files, which must exist. Default: this directory.")
    private Path directory;

    @Option(
            names = "--ca-cert",
            paramLabel = "FILE",
            description = "The CA's certificate. Default: ca.crt in the directory.")
    private Optional<Path> caCertificate = Optional.empty();

    @Option(names = "--ca-key", paramLabel = "FILE", description = "The CA's key. Default: ca.key in the directory.")
    private Optional<Path> caKey = Optional.empty();

    @Option(
            names = "--days",
            paramLabel = "N",
            defaultValue = "365",
            description = "How many days the certificate is valid. Default: ${DEFAULT-VALUE}.")
    private int days;

    TlsCertCreateCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Duration validity = validity(spec, days);
        CertificateAuthority.Subject subject = subject();
        String name = role.node == null ? subject.role().toString() : "node-" + role.node;
        Path certificate = directory.resolve(name + ".crt").normalize();
        Path key = directory.resolve(name + ".key").normalize();
        try {
            PemFiles.checkNew(certificate, key);
            CertificateAuthority authority = CertificateAuthority.load(
                    caCertificate.orElse(directory.resolve("ca.crt").normalize()),
                    caKey.orElse(directory.resolve("ca.key").normalize()),
                    context.clock(),
                    new SecureRandom());
            CertificateAuthority.Identity made = authority.issue(subject, validity);
            PemFiles.writeNew(key, made.key());
            PemFiles.writeNew(certificate, made.chain());
            context.print("==> The certificate of the %s is valid until %s: %s, %s"
                    .formatted(subject.role(), made.certificate().getNotAfter().toInstant(), certificate, key));
            return GantryCli.DONE;
        } catch (TlsException e) {
            throw new CommandFailedException(e.getMessage(), e);
        }
    }

    /** Returns the duration of {@code --days}. */
    static Duration validity(CommandSpec command, int days) {
        if (days < 1 || days > MOST_DAYS) {
            throw new ParameterException(
                    command.commandLine(), "--days is %d: it must be 1 to %d".formatted(days, MOST_DAYS));
        }
        return Duration.ofDays(days);
    }

    private CertificateAuthority.Subject subject() {
        if (!role.server && !(dnsNames.isEmpty() && addresses.isEmpty())) {
            throw misuse("--dns and --ip are for the certificate of a server: nobody calls a node or a client");
        }
        if (!role.server) {
            return new CertificateAuthority.Subject(role.client ? new CertificateRole.Client() : node());
        }
        dnsNames.forEach(this::checkDnsName);
        addresses.forEach(this::checkAddress);
        return new CertificateAuthority.Subject(
                new CertificateRole.Server(), concat(OWN_NAMES, dnsNames), concat(OWN_ADDRESSES, addresses));
    }

    private CertificateRole node() {
        try {
            return new CertificateRole.Node(role.node);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private void checkDnsName(String name) {
        if (IpLiteral.isValid(name)) {
            throw misuse("\"%s\" is an IP address: say --ip %s".formatted(name, name));
        }
        if (!DnsNames.isValid(name)) {
            throw misuse("\"%s\" is no DNS name".formatted(name));
        }
    }

    private void checkAddress(String address) {
        if (!IpLiteral.isValid(address)) {
            throw misuse("\"%s\" is no IP address".formatted(address));
        }
    }

    private ParameterException misuse(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private static List<String> concat(List<String> own, List<String> given) {
        List<String> all = new ArrayList<>(own);
        given.stream().filter(name -> !own.contains(name)).forEach(all::add);
        return all;
    }
}
