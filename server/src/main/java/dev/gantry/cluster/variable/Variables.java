package dev.gantry.cluster.variable;

import dev.gantry.cluster.IndexMismatchException;
import dev.gantry.cluster.RefusedException;
import dev.gantry.cluster.UnknownObjectException;
import dev.gantry.model.ProtoTimes;
import dev.gantry.store.Store;
import dev.gantry.store.StoredVariable;
import dev.gantry.store.VariableWriter;
import dev.gantry.v1.Variable;
import dev.gantry.v1.VariableKey;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** Stores and reads variables. Each write is one transaction. */
public final class Variables {

    private static final int MOST = 100_000;

    private final Store store;
    private final Keyring keyring;
    private final InstantSource clock;

    /**
     * Creates the registry.
     *
     * @param store the store
     * @param keyring the keys
     * @param clock tells when variables are written
     */
    public Variables(Store store, Keyring keyring, InstantSource clock) {
        this.store = store;
        this.keyring = keyring;
        this.clock = clock;
    }

    /**
     * Stores a variable, in place of the one with its path if there is one.
     *
     * @param path a valid path
     * @param items valid items
     * @param checkIndex the modify_index that the stored variable must have; 0: there must be none; empty: not checked
     * @return completed with the variable, without its items, once it is on disk. Fails with {@link
     *     IndexMismatchException}, or with {@link RefusedException} if there are too many variables or the keys can't be
     *     used
     */
    public CompletableFuture<Variable> put(String path, Map<String, String> items, OptionalLong checkIndex) {
        Instant now = clock.instant();
        return store.writeOfClient(transaction -> {
            VariableWriter variables = transaction.variables();
            Optional<StoredVariable> before = variables.reader().find(path);
            check(path, checkIndex, before);
            // On the writer's thread: a key that this write uses can't be deleted as unused before its commit.
            StoredVariable.Sealed sealed = keyring.seal(path, items);
            if (before.isPresent()) {
                return described(variables.update(before.get(), sealed, now));
            }
            if (variables.reader().count() >= MOST) {
                throw new RefusedException("There are %d variables, and no more may be: delete some".formatted(MOST));
            }
            return described(variables.insert(path, sealed, now));
        });
    }

    /**
     * Reads a variable.
     *
     * @param path its path
     * @return the variable with its items; empty if there is none
     * @throws RefusedException if the keys can't be used
     */
    public Optional<Variable> find(String path) {
        return store.reader()
                .variables()
                .find(path)
                .map(stored -> described(stored).toBuilder()
                        .putAllItems(keyring.open(path, stored.sealed()))
                        .build());
    }

    /**
     * Lists variables, ordered by path, without their items.
     *
     * @param after only paths after this one
     * @param prefix the beginning of their paths
     * @param limit the most variables to return
     * @return the variables
     */
    public List<Variable> page(String after, String prefix, int limit) {
        return store.reader().variables().page(after, prefix, limit).stream()
                .map(Variables::described)
                .toList();
    }

    /**
     * Deletes a variable. Needs no keys.
     *
     * @param path its path
     * @param checkIndex the modify_index that the stored variable must have; empty: not checked
     * @return completed once it is deleted on disk; fails with {@link UnknownObjectException} or {@link
     *     IndexMismatchException}
     */
    public CompletableFuture<Void> delete(String path, OptionalLong checkIndex) {
        return store.writeOfClient(transaction -> {
            VariableWriter variables = transaction.variables();
            StoredVariable before =
                    variables.reader().find(path).orElseThrow(() -> new UnknownObjectException("variable", path));
            check(path, checkIndex, Optional.of(before));
            variables.remove(path);
            return null;
        });
    }

    /**
     * Makes a new key; {@link KeyRotation} then encrypts all variables with it.
     *
     * @return the new key
     * @throws RefusedException if the keys can't be used, there are too many, or the file can't be written
     */
    public VariableKey rotate() {
        keyring.rotate();
        return VariableKey.newBuilder()
                .setId(keyring.primaryId())
                .setPrimary(true)
                .build();
    }

    /**
     * Returns the keys of the keyring and those that variables need.
     *
     * @return the keys, the newest one first, then those that are missing
     */
    public List<VariableKey> keys() {
        Map<Long, VariableKey.Builder> all = new LinkedHashMap<>();
        for (long id : keyring.ids()) {
            all.put(id, VariableKey.newBuilder().setId(id).setPrimary(id == keyring.primaryId()));
        }
        store.reader()
                .variables()
                .countByKey()
                .forEach((id, count) -> all.computeIfAbsent(
                                id,
                                missing ->
                                        VariableKey.newBuilder().setId(missing).setMissing(true))
                        .setVariables(count));
        return all.values().stream().map(VariableKey.Builder::build).toList();
    }

    private static void check(String path, OptionalLong checkIndex, Optional<StoredVariable> stored) {
        long found = stored.map(StoredVariable::modifyIndex).orElse(0L);
        if (checkIndex.isPresent() && checkIndex.getAsLong() != found) {
            throw IndexMismatchException.ofVariable(path, checkIndex.getAsLong(), found);
        }
    }

    /** Returns a variable without its items. */
    private static Variable described(StoredVariable stored) {
        return Variable.newBuilder()
                .setPath(stored.path())
                .setCreateIndex(stored.createIndex())
                .setModifyIndex(stored.modifyIndex())
                .setCreateTime(ProtoTimes.toTimestampMillis(stored.createTime()))
                .setModifyTime(ProtoTimes.toTimestampMillis(stored.modifyTime()))
                .build();
    }
}
