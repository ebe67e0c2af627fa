package dev.gantry.app;

import dev.gantry.model.HostAndPort;
import dev.gantry.store.PostgresAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The command line options that name a server's database. */
final class DatabaseServerOptions {

    /** The environment variable with the password. */
    static final String PASSWORD = "GANTRY_DB_PASSWORD";

    @Option(
            names = "--db",
            paramLabel = "URL",
            description =
                    "The server's database in PostgreSQL, such as jdbc:postgresql://db.example.com:5432/gantry, with parameters"
                            + " of its JDBC driver. Several servers may share it: one of them leads, and the others pass calls on"
                            + " to it. Default: H2, in the data directory.")
    private String url;

    @Option(names = "--db-user", paramLabel = "NAME", description = "The role in PostgreSQL.")
    private String user;

    @Option(
            names = "--db-password-file",
            paramLabel = "FILE",
            description = "The file with the role's password, on one line. Default: the value of " + PASSWORD
                    + ", if it is set.")
    private Path passwordFile;

    @Option(
            names = "--advertise",
            paramLabel = "HOST:PORT",
            description =
                    "The address by which the other servers of a database in PostgreSQL, nodes and clients reach this server."
                            + " Default: the one of --listen, with this machine's address if that is of all interfaces.")
    private String advertised;

    /**
     * Returns the address of the database.
     *
     * @param environment the environment variables
     * @return the address; empty: the server uses H2
     * @throws IllegalArgumentException if a value can't be used, or a file can't be read
     */
    Optional<PostgresAddress> toPostgres(Map<String, String> environment) {
        if (url == null) {
            if (user != null || passwordFile != null || advertised != null) {
                throw new IllegalArgumentException(
                        "--db-user, --db-password-file and --advertise are of a database in PostgreSQL: name it with --db");
            }
            return Optional.empty();
        }
        Optional<String> password = Optional.ofNullable(passwordFile)
                .map(DatabaseServerOptions::read)
                .or(() -> Optional.ofNullable(environment.get(PASSWORD)).filter(value -> !value.isEmpty()));
        return Optional.of(new PostgresAddress(url, Optional.ofNullable(user), password));
    }

    /**
     * Returns the address by which others reach this server.
     *
     * @return {@code HOST:PORT}; empty: that which it listens on
     * @throws IllegalArgumentException if it is not {@code HOST:PORT}
     */
    Optional<String> advertised() {
        if (advertised != null && !HostAndPort.isValid(advertised)) {
            throw new IllegalArgumentException(
                    "--advertise %s is not HOST:PORT, such as server1.example.com:7470".formatted(advertised));
        }
        return Optional.ofNullable(advertised);
    }

    private static String read(Path file) {
        try {
            String password = Files.readString(file).stripTrailing();
            if (password.isEmpty() || password.lines().count() > 1) {
                throw new IllegalArgumentException(
                        "--db-password-file %s must have the password on its only line".formatted(file));
            }
            return password;
        } catch (IOException e) {
            throw new IllegalArgumentException("--db-password-file %s can't be read: %s".formatted(file, e), e);
        }
    }
}
