package dev.gantry.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.awaitility.Awaitility;

/**
 * A PostgreSQL for the tests of one JVM, on the loopback, with its files in a temporary directory. It ends with the JVM,
 * however that ends. It never waits for the disk, which no test would notice.
 */
final class TestPostgres {

    /** The database that has the tables, which others are copied from. */
    private static final String TEMPLATE = "migrated";

    private static final String PASSWORD = "the password of the tests";

    private static final String BINARIES = "/postgres-linux-x86_64.txz";

    /** PostgreSQL refuses to run as root. */
    private static final String OTHER_USER = "nobody";

    /**
     * Ends PostgreSQL and removes its files once the standard input ends, which it does with the JVM: $1 is the directory,
     * the rest the command.
     */
    private static final String UNTIL_INPUT_ENDS = """
            directory=$1; shift
            "$@" < /dev/null & server=$!
            cat > /dev/null
            kill -QUIT $server; wait $server
            rm -rf "$directory"
            """;

    private final int port;

    private TestPostgres(int port) {
        this.port = port;
    }

    private static final class Running {

        private static final TestPostgres INSTANCE = start();
    }

    /** Returns the PostgreSQL of this JVM, started by the first call. */
    static TestPostgres get() {
        return Running.INSTANCE;
    }

    /** Returns the address of a database, made with all tables if it is missing. */
    PostgresAddress database(String name) {
        execute(
                "postgres",
                "select 1 from pg_database where datname = '%s'".formatted(name),
                "create database %s template %s".formatted(name, TEMPLATE));
        return address(name);
    }

    /** Returns the address of a database without tables, made if it is missing, in an encoding. */
    PostgresAddress emptyDatabase(String name, String encoding) {
        execute(
                "postgres",
                "select 1 from pg_database where datname = '%s'".formatted(name),
                "create database %s template template0 encoding '%s'".formatted(name, encoding));
        return address(name);
    }

    /** Executes a statement in a database. */
    void execute(String database, String statement) {
        try (Connection connection = connect(database)) {
            connection.createStatement().execute(statement);
        } catch (SQLException e) {
            throw new IllegalStateException(statement, e);
        }
    }

    /** Returns the port on the loopback. */
    int port() {
        return port;
    }

    private void execute(String database, String unlessFound, String statement) {
        try (Connection connection = connect(database)) {
            if (!connection.createStatement().executeQuery(unlessFound).next()) {
                connection.createStatement().execute(statement);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(statement, e);
        }
    }

    private Connection connect(String database) throws SQLException {
        PostgresAddress address = address(database);
        return DriverManager.getConnection(address.url(), address.properties());
    }

    private PostgresAddress address(String database) {
        return new PostgresAddress(
                "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, database),
                Optional.of("postgres"),
                Optional.of(PASSWORD));
    }

    private static TestPostgres start() {
        try {
            Path directory = Files.createTempDirectory("gantry-postgres");
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
            extract(directory);
            Path data = Files.createDirectory(directory.resolve("data"));
            List<String> asUser = asUser(data);
            Process made = new ProcessBuilder(command(
                            asUser,
                            directory.resolve("bin/initdb").toString(),
                            "--pgdata=" + data,
                            "--username=postgres",
                            "--auth=scram-sha-256",
                            "--pwfile=" + Files.writeString(directory.resolve("password"), PASSWORD),
                            "--encoding=UTF8",
                            "--locale=C",
                            "--no-sync"))
                    .redirectErrorStream(true)
                    .start();
            String said = new String(made.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(made.waitFor()).as(said).isZero();
            TestPostgres postgres = new TestPostgres(freePort());
            postgres.run(directory, data, asUser);
            postgres.execute("postgres", "create database " + TEMPLATE);
            Path unused = directory.resolve("server");
            PostgresDatabase.open(
                            postgres.address(TEMPLATE),
                            new StoreOptions(
                                    unused, Optional.empty(), false, Member.unreachable("the maker of the template")))
                    .close();
            return postgres;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void run(Path directory, Path data, List<String> asUser) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", UNTIL_INPUT_ENDS, "postgres", directory.toString()));
        command.addAll(command(
                asUser,
                directory.resolve("bin/postgres").toString(),
                "-D",
                data.toString(),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "port=" + port,
                "-c",
                "unix_socket_directories=",
                "-c",
                "fsync=off",
                "-c",
                "max_connections=200",
                "-c",
                "shared_buffers=32MB"));
        Path log = directory.resolve("log");
        new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .untilAsserted(() -> connect("postgres").close());
    }

    private static void extract(Path directory) throws IOException {
        try (InputStream packed = Objects.requireNonNull(
                        TestPostgres.class.getResourceAsStream(BINARIES), "no PostgreSQL for this machine");
                TarArchiveInputStream archive = new TarArchiveInputStream(new XZCompressorInputStream(packed))) {
            for (TarArchiveEntry entry = archive.getNextEntry(); entry != null; entry = archive.getNextEntry()) {
                Path target = directory.resolve(entry.getName());
                if (entry.isDirectory()) {
                    Files.createDirectories(target);
                } else if (entry.isSymbolicLink()) {
                    Files.createDirectories(target.getParent());
                    Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
                } else {
                    Files.createDirectories(target.getParent());
                    Files.copy(archive, target);
                    boolean isProgram = target.getParent().endsWith("bin");
                    Files.setPosixFilePermissions(
                            target, PosixFilePermissions.fromString(isProgram ? "rwxr-xr-x" : "rw-r--r--"));
                }
            }
        }
    }

    /** Returns the beginning of a command that runs as a user who is not root, and who owns the directory from now on. */
    private static List<String> asUser(Path data) throws IOException {
        if (!System.getProperty("user.name").equals("root")) {
            return List.of();
        }
        Files.setOwner(
                data, FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName(OTHER_USER));
        return List.of("setpriv", "--reuid=" + OTHER_USER, "--clear-groups");
    }

    private static List<String> command(List<String> asUser, String... command) {
        List<String> whole = new ArrayList<>(asUser);
        whole.addAll(Arrays.asList(command));
        return whole;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
