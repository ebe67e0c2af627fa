package dev.gantry.cli;

import dev.gantry.tls.CertificateAuthority;
import dev.gantry.tls.PemFiles;
import dev.gantry.tls.TlsException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code gantry tls ca create}: makes the authority that issues a cluster's certificates. */
@Command(
        name = "create",
        description = {
            "Makes a certificate authority (CA): its certificate ca.crt, and its private key ca.key. Calls no server.",
            ""
        })
final class TlsCaCreateCommand implements Callable<Integer> {

    private final CliContext context;

    @Spec
    @SuppressWarnings("unused")
    private CommandSpec spec;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            defaultValue = ".",
            description = "The directory of the two files, which must exist. Default: this directory.")
    private Path directory;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            defaultValue = "Gantry CA",
            description = "The CA's common name. Default: ${DEFAULT-VALUE}.")
    private String name;

    @Option(
            names = "--days",
            paramLabel = "N",
            defaultValue = "3650",
            description = "How many days the CA is valid. Default: ${DEFAULT-VALUE}.")
    private int days;

    TlsCaCreateCommand(CliContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (name.isBlank()) {
            throw new ParameterException(spec.commandLine(), "The CA's name is empty: say --name NAME");
        }
        Duration validity = TlsCertCreateCommand.validity(spec, days);
        Path certificate = directory.resolve("ca.crt").normalize();
        Path key = directory.resolve("ca.key").normalize();
        try {
            PemFiles.checkNew(certificate, key);
            CertificateAuthority.Identity made = CertificateAuthority.create(
                            name, validity, context.clock(), new SecureRandom())
                    .identity();
            PemFiles.writeNew(key, made.key());
            PemFiles.writeNew(certificate, made.chain());
            context.print("==> CA \"%s\" is valid until %s: %s"
                    .formatted(name, made.certificate().getNotAfter().toInstant(), certificate));
            context.print("    Keep %s secret: who has it can pose as each server, node and client".formatted(key));
            return GantryCli.DONE;
        } catch (TlsException e) {
            throw new CommandFailedException(e.getMessage(), e);
        }
    }
}
