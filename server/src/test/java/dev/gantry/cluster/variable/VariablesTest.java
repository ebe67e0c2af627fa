package dev.gantry.cluster.variable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.cluster.IndexMismatchException;
import dev.gantry.cluster.RefusedException;
import dev.gantry.cluster.UnknownObjectException;
import dev.gantry.store.Store;
import dev.gantry.store.StoredVariable;
import dev.gantry.v1.Variable;
import dev.gantry.v1.VariableKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests variables and their keys on a store on disk. */
@Timeout(60)
class VariablesTest {

    private static final String SECRET = "correct-horse-battery-staple";
    private static final OptionalLong ANY = OptionalLong.empty();

    @TempDir
    Path dir;

    private volatile Instant now = Instant.parse("2030-01-01T00:00:00Z");
    private Path file;
    private Store store;
    private Keyring keyring;
    private Variables variables;
    private KeyRotation rotation;

    @BeforeEach
    void open() {
        file = dir.resolve("keys/variables.json");
        store = Store.open(dir.resolve("server"));
        keyring = Keyring.open(file, store.reader().variables().countByKey().keySet());
        variables = new Variables(store, keyring, () -> now);
        rotation = new KeyRotation(store, keyring);
    }

    @AfterEach
    void close() {
        keyring.close();
        store.close();
    }

    @Test
    void a_variable_is_stored_read_replaced_and_deleted() {
        Variable made = put("jobs/web", Map.of("db", SECRET, "user", "web"));
        now = now.plusSeconds(1);
        Variable changed = put("jobs/web", Map.of("db", "other"));

        assertThat(made.getItemsMap()).isEmpty();
        assertThat(made.getCreateIndex()).isEqualTo(made.getModifyIndex()).isPositive();
        assertThat(changed.getCreateIndex()).isEqualTo(made.getCreateIndex());
        assertThat(changed.getModifyIndex()).isGreaterThan(made.getModifyIndex());
        assertThat(changed.getCreateTime()).isEqualTo(made.getCreateTime());
        assertThat(changed.getModifyTime().getSeconds())
                .isEqualTo(made.getModifyTime().getSeconds() + 1);
        assertThat(variables.find("jobs/web"))
                .contains(changed.toBuilder().putItems("db", "other").build());
        variables.delete("jobs/web", ANY).join();
        assertThat(variables.find("jobs/web")).isEmpty();
        assertFails(variables.delete("jobs/web", ANY), UnknownObjectException.class, "No variable \"jobs/web\"");
    }

    @Test
    void values_survive_a_restart() {
        put("jobs/web", Map.of("db", SECRET));

        close();
        open();

        assertThat(value("jobs/web", "db")).isEqualTo(SECRET);
    }

    @Test
    void the_database_has_neither_values_nor_keys_of_items_nor_the_key_that_decrypts_them() throws IOException {
        for (int i = 0; i < 100; i++) {
            put("jobs/web" + i, Map.of("password-of-the-database", SECRET + i));
        }
        rotateWholly();
        String keyset = Files.readString(file);
        String material = keyset.replaceAll("(?s).*\"value\":\\s*\"([^\"]+)\".*", "$1");
        assertThat(material).hasSizeGreaterThan(40).doesNotContain("\"");
        close();

        List<String> contents = contents();
        assertThat(contents)
                .as("the paths, which are no secrets, can be found")
                .anyMatch(text -> text.contains("jobs/web99"));
        assertThat(contents)
                .allSatisfy(text -> assertThat(text.contains(SECRET)
                                || text.contains("password-of-the-database")
                                || text.contains(material))
                        .isFalse());
        open();
        assertThat(value("jobs/web99", "password-of-the-database")).isEqualTo(SECRET + 99);
    }

    @Test
    void a_check_index_lets_one_of_several_writers_win() {
        List<CompletableFuture<Variable>> makers = IntStream.range(0, 20)
                .mapToObj(i -> variables.put("jobs/web", Map.of("by", "maker-" + i), OptionalLong.of(0)))
                .toList();
        long index = theOnlyWinner(makers).getModifyIndex();

        List<CompletableFuture<Variable>> changers = IntStream.range(0, 20)
                .mapToObj(i -> variables.put("jobs/web", Map.of("by", "changer-" + i), OptionalLong.of(index)))
                .toList();
        Variable won = theOnlyWinner(changers);

        int winner = IntStream.range(0, changers.size())
                .filter(i -> !changers.get(i).isCompletedExceptionally())
                .findFirst()
                .orElseThrow();
        assertThat(value("jobs/web", "by")).isEqualTo("changer-" + winner);
        assertFails(
                variables.delete("jobs/web", OptionalLong.of(index)),
                IndexMismatchException.class,
                "Variable \"jobs/web\" has modify_index %d, not %d".formatted(won.getModifyIndex(), index));
        variables.delete("jobs/web", OptionalLong.of(won.getModifyIndex())).join();
        assertFails(
                variables.put("jobs/web", Map.of("a", "b"), OptionalLong.of(index)),
                IndexMismatchException.class,
                "Variable \"jobs/web\" is not stored, but check_index is " + index);
    }

    @Test
    void each_write_has_an_index_of_its_own() {
        Variable first = put("a", Map.of("k", "v"));
        Variable second = put("b", Map.of("k", "v"));
        Variable third = put("a", Map.of("k", "v"));

        assertThat(Stream.of(first, second, third).map(Variable::getModifyIndex))
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(store.durableIndex()).isGreaterThanOrEqualTo(third.getModifyIndex());
    }

    @Test
    void lists_are_in_the_order_of_paths_and_without_items() {
        List.of("b", "a/2", "a/1", "a_1").forEach(path -> put(path, Map.of("k", SECRET)));

        assertThat(variables.page("", "", 10).stream().map(Variable::getPath))
                .containsExactly("a/1", "a/2", "a_1", "b");
        assertThat(variables.page("", "a_", 10).stream().map(Variable::getPath)).containsExactly("a_1");
        assertThat(variables.page("a/1", "a/", 1).stream().map(Variable::getPath))
                .containsExactly("a/2");
        assertThat(variables.page("", "", 10))
                .allSatisfy(variable -> assertThat(variable.getItemsMap()).isEmpty());
    }

    @Test
    void a_row_that_was_moved_to_another_path_is_not_decrypted() {
        put("jobs/web", Map.of("db", SECRET));
        put("jobs/evil", Map.of("db", "x"));
        StoredVariable web = stored("jobs/web");
        StoredVariable evil = stored("jobs/evil");
        store.write(transaction -> transaction.variables().update(evil, web.sealed(), now))
                .join();

        assertThatThrownBy(() -> variables.find("jobs/evil"))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("does not decrypt variable \"jobs/evil\"")
                .hasMessageNotContaining(SECRET);
        put("jobs/evil", Map.of("db", "again"));
        assertThat(value("jobs/evil", "db")).isEqualTo("again");
    }

    @Test
    void a_rotation_encrypts_all_variables_with_the_new_key_and_deletes_the_older_one() {
        IntStream.range(0, 50).forEach(i -> put("v" + i, Map.of("k", SECRET + i)));
        long index = variables.find("v1").orElseThrow().getModifyIndex();
        long before = keyring.primaryId();

        VariableKey made = variables.rotate();
        put("new", Map.of("k", "v"));

        assertThat(made.getId()).isNotEqualTo(before);
        assertThat(variables.keys())
                .containsExactly(
                        key(made.getId(), 1).setPrimary(true).build(),
                        key(before, 50).build());
        rotation.run();
        assertThat(variables.keys())
                .containsExactly(key(made.getId(), 51).setPrimary(true).build());
        assertThat(value("v49", "k")).isEqualTo(SECRET + 49);
        assertThat(variables.find("v1").orElseThrow().getModifyIndex())
                .as("nothing was changed")
                .isEqualTo(index);
        close();
        open();
        assertThat(value("v49", "k")).isEqualTo(SECRET + 49);
        assertThat(keyring.ids()).containsExactly(made.getId());
    }

    @Test
    void a_rotation_goes_on_after_a_kill_at_any_of_its_steps() throws IOException {
        IntStream.range(0, 20).forEach(i -> put("v" + i, Map.of("k", SECRET + i)));
        // Killed once the new key is on disk: nothing is encrypted again yet.
        variables.rotate();
        close();
        open();
        assertThat(keyring.ids()).hasSize(2);
        assertThat(value("v0", "k")).isEqualTo(SECRET + 0);

        // Killed after some variables are encrypted again.
        StoredVariable some = stored("v7");
        store.write(transaction -> {
                    transaction.variables().reseal(some, keyring.reseal("v7", some.sealed()));
                    return null;
                })
                .join();
        close();
        open();
        assertThat(variables.keys().stream().map(VariableKey::getVariables)).containsExactly(1L, 19L);
        assertThat(value("v7", "k")).isEqualTo(SECRET + 7);
        assertThat(value("v8", "k")).isEqualTo(SECRET + 8);

        // Killed before the older key is deleted, and while the file is written.
        String both = Files.readString(file);
        rotation.run();
        Files.writeString(file, both);
        Files.writeString(file.resolveSibling("variables.json.new"), both.substring(0, 30));
        close();
        open();
        rotation.run();
        assertThat(keyring.ids()).hasSize(1);
        IntStream.range(0, 20).forEach(i -> assertThat(value("v" + i, "k")).isEqualTo(SECRET + i));
    }

    @Test
    void variables_that_are_written_during_rotations_keep_their_values() {
        List<CompletableFuture<Variable>> written = new ArrayList<>();
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < 10; i++) {
                written.add(variables.put("v" + i, Map.of("k", round + "-" + i), ANY));
            }
            variables.rotate();
            rotation.run();
        }
        written.forEach(CompletableFuture::join);
        rotation.run();

        IntStream.range(0, 10).forEach(i -> assertThat(value("v" + i, "k")).isEqualTo("19-" + i));
        assertThat(keyring.ids()).hasSize(1);
    }

    @Test
    void a_key_is_not_deleted_if_another_one_became_primary_after_the_variables_were_counted() {
        long first = keyring.primaryId();
        variables.rotate();
        put("v", Map.of("k", SECRET));
        long second = keyring.primaryId();
        variables.rotate();

        keyring.deleteUnused(first, List.of(first));
        assertThat(keyring.ids()).hasSize(3).contains(second);
        rotation.run();
        assertThat(keyring.ids()).hasSize(1);
        assertThat(value("v", "k")).isEqualTo(SECRET);
    }

    @Test
    void a_variable_that_can_not_be_decrypted_keeps_its_key_and_does_not_stop_a_rotation() {
        put("a", Map.of("k", SECRET));
        put("b", Map.of("k", SECRET));
        put("z", Map.of("k", SECRET));
        StoredVariable other = stored("a");
        store.write(transaction -> transaction.variables().update(stored("b"), other.sealed(), now))
                .join();
        long before = keyring.primaryId();

        rotateWholly();

        assertThat(variables.keys().stream().map(VariableKey::getVariables)).containsExactly(2L, 1L);
        assertThat(keyring.ids()).contains(before);
        assertThat(value("a", "k") + value("z", "k")).isEqualTo(SECRET + SECRET);
        variables.delete("b", ANY).join();
        rotation.run();
        assertThat(keyring.ids()).doesNotContain(before);
    }

    @Test
    void there_are_at_most_16_keys() {
        IntStream.range(1, 16).forEach(i -> variables.rotate());

        assertThatThrownBy(variables::rotate)
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("There are 16 keys, and no more may be");
    }

    @Test
    void the_keyring_is_a_file_for_its_owner_alone() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                .isEqualTo("rwx------");
        variables.rotate();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void a_missing_keyring_is_not_made_anew_while_there_are_variables_and_works_again_once_it_is_back()
            throws IOException {
        put("jobs/web", Map.of("db", SECRET));
        close();
        Path saved = Files.move(file, dir.resolve("saved"));
        open();

        assertRefuses("The keyring %s is missing: put its file back".formatted(file));
        assertThat(file).doesNotExist();
        assertThat(variables.page("", "", 10)).hasSize(1);
        assertThat(variables.keys()).singleElement().satisfies(key -> {
            assertThat(key.getMissing()).isTrue();
            assertThat(key.getVariables()).isEqualTo(1);
        });
        rotation.run();
        close();
        Files.move(saved, file);
        open();
        assertThat(value("jobs/web", "db")).isEqualTo(SECRET);
    }

    @Test
    void a_keyring_of_another_server_is_not_used() throws IOException {
        put("jobs/web", Map.of("db", SECRET));
        close();
        Files.delete(file);
        Keyring.open(file, List.of()).close();
        String other = Files.readString(file);
        open();

        assertRefuses("The keyring %s lacks the keys".formatted(file));
        assertThat(Files.readString(file)).isEqualTo(other);
    }

    @Test
    void two_servers_do_not_use_one_keyring_at_the_same_time() {
        put("jobs/web", Map.of("db", SECRET));
        long before = keyring.primaryId();

        try (Keyring other = Keyring.open(file, List.of())) {
            assertThatThrownBy(other::rotate)
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("The keyring %s is used by another server: ".formatted(file))
                    .hasMessageContaining("--keyring-file");
        }

        assertThat(keyring.ids()).containsExactly(before);
        rotateWholly();
        assertThat(value("jobs/web", "db")).isEqualTo(SECRET);
    }

    @Test
    void keys_that_somebody_has_put_into_the_file_are_not_written_over_and_a_lost_file_is_written_again()
            throws IOException {
        put("jobs/web", Map.of("db", SECRET));
        String own = Files.readString(file);
        Path elsewhere = dir.resolve("elsewhere.json");
        Keyring.open(elsewhere, List.of()).close();
        String backup = Files.readString(elsewhere);
        Files.writeString(file, backup);

        assertThatThrownBy(variables::rotate)
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("was changed by another program, and is not written over");
        assertThat(file).hasContent(backup);
        assertThat(value("jobs/web", "db")).isEqualTo(SECRET);

        Files.delete(file);
        variables.rotate();
        assertThat(Files.readString(file)).contains(own.replaceAll("(?s).*\"value\":\\s*\"([^\"]+)\".*", "$1"));
    }

    @Test
    void a_keyring_that_every_user_can_read_is_not_used_until_that_is_mended() throws IOException {
        put("jobs/web", Map.of("db", SECRET));
        close();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        open();

        assertRefuses("The keyring %s is open to every user of this machine (rw-r--r--): chmod 600 ".formatted(file));
        close();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        open();
        assertThat(value("jobs/web", "db")).isEqualTo(SECRET);
    }

    @Test
    void a_damaged_keyring_is_neither_used_nor_replaced_nor_quoted() throws IOException {
        for (String content : List.of("", "{\"primaryKeyId\": \"s3cret\"", "s3cret", "x".repeat(2_000_000))) {
            Files.writeString(file, content);
            close();
            open();

            assertRefuses("The keyring %s is no keyset of AES-256-GCM keys".formatted(file));
            assertThat(Files.readString(file)).isEqualTo(content);
        }
    }

    @Test
    void when_the_keys_are_lost_variables_can_be_deleted_to_begin_anew() throws IOException {
        put("jobs/web", Map.of("db", SECRET));
        close();
        Files.delete(file);
        open();
        variables.delete("jobs/web", ANY).join();
        close();
        open();

        put("jobs/web", Map.of("db", "new"));
        assertThat(value("jobs/web", "db")).isEqualTo("new");
    }

    @Test
    void a_keyring_whose_file_can_not_be_written_keeps_its_key() throws IOException {
        put("jobs/web", Map.of("db", SECRET));
        List<Long> ids = keyring.ids();
        // A directory in the place of the draft: root writes into directories without permission to.
        Files.createDirectories(file.resolveSibling("variables.json.new").resolve("full"));

        assertThatThrownBy(variables::rotate)
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("The keyring %s can't be written".formatted(file));
        assertThat(keyring.ids()).isEqualTo(ids);
        assertThat(value("jobs/web", "db")).isEqualTo(SECRET);
    }

    private void assertRefuses(String why) {
        store.reader()
                .variables()
                .page("", "", 1)
                .forEach(stored -> assertThatThrownBy(() -> variables.find(stored.path()))
                        .isInstanceOf(RefusedException.class)
                        .hasMessageContaining(why));
        assertFails(variables.put("jobs/other", Map.of("k", SECRET), ANY), RefusedException.class, why);
        assertThatThrownBy(variables::rotate)
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining(why)
                .hasMessageNotContaining("s3cret");
    }

    private static void assertFails(CompletableFuture<?> call, Class<?> type, String why) {
        assertThatThrownBy(call::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOf(type)
                .hasMessageContaining(why)
                .hasMessageNotContaining(SECRET);
    }

    private static Variable theOnlyWinner(List<CompletableFuture<Variable>> calls) {
        calls.forEach(call -> {
            if (call != winner(calls)) {
                assertFails(call, IndexMismatchException.class, "modify_index");
            }
        });
        return winner(calls).join();
    }

    private static CompletableFuture<Variable> winner(List<CompletableFuture<Variable>> calls) {
        CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new))
                .exceptionally(failure -> null)
                .join();
        return calls.stream()
                .filter(call -> !call.isCompletedExceptionally())
                .findFirst()
                .orElseThrow();
    }

    private void rotateWholly() {
        variables.rotate();
        rotation.run();
    }

    private Variable put(String path, Map<String, String> items) {
        return variables.put(path, items, ANY).join();
    }

    private String value(String path, String key) {
        return variables.find(path).orElseThrow().getItemsOrThrow(key);
    }

    private StoredVariable stored(String path) {
        return store.reader().variables().find(path).orElseThrow();
    }

    private static VariableKey.Builder key(long id, long variables) {
        return VariableKey.newBuilder().setId(id).setVariables(variables);
    }

    /** Returns all bytes of each file of the database, one character for each. */
    private List<String> contents() throws IOException {
        List<String> contents = new ArrayList<>();
        try (Stream<Path> all = Files.walk(dir.resolve("server"))) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                contents.add(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return contents;
    }
}
