package dev.gantry.client;

import dev.gantry.client.Pages.Page;
import dev.gantry.v1.DeleteVariableRequest;
import dev.gantry.v1.GetVariableRequest;
import dev.gantry.v1.ListVariableKeysRequest;
import dev.gantry.v1.ListVariablesRequest;
import dev.gantry.v1.ListVariablesResponse;
import dev.gantry.v1.PutVariableRequest;
import dev.gantry.v1.RotateVariableKeyRequest;
import dev.gantry.v1.RotateVariableKeyResponse;
import dev.gantry.v1.VariableKey;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Calls for variables, which the server stores encrypted. Thread-safe. */
public final class VariableClient {

    private final Connection connection;

    VariableClient(Connection connection) {
        this.connection = connection;
    }

    /**
     * Stores a variable, in place of the one with its path if there is one.
     *
     * @param path its path, such as {@code jobs/web}
     * @param items its values by their keys; they replace all earlier ones
     * @return the variable, without its values
     * @throws InvalidArgumentException if the path or an item is not valid
     * @throws PreconditionFailedException if the server lacks its keys, or has too many variables
     * @throws GantryException if the call fails
     */
    public StoredVariable put(String path, Map<String, String> items) {
        return put(PutVariableRequest.newBuilder().setPath(path).putAllItems(items));
    }

    /**
     * Stores a variable if it was not changed meanwhile. A call whose answer is lost is repeated, and then finds the index
     * that it has set itself: after a conflict, read the variable and decide again.
     *
     * @param path its path, such as {@code jobs/web}
     * @param items its values by their keys; they replace all earlier ones
     * @param checkIndex the {@code modifyIndex} that the stored variable must have; 0: there must be none
     * @return the variable, without its values
     * @throws ConflictException if the stored variable has another index
     * @throws GantryException as {@link #put(String, Map)}
     */
    public StoredVariable put(String path, Map<String, String> items, long checkIndex) {
        return put(
                PutVariableRequest.newBuilder().setPath(path).putAllItems(items).setCheckIndex(checkIndex));
    }

    private StoredVariable put(PutVariableRequest.Builder request) {
        return StoredVariable.of(connection
                .call(connection.variables(), stub -> stub.putVariable(request.build()))
                .getVariable());
    }

    /**
     * Returns a variable with its values.
     *
     * @param path its path
     * @return the variable
     * @throws NotFoundException if there is none, or none that the token may see
     * @throws PreconditionFailedException if the server lacks its keys
     * @throws GantryException if the call fails
     */
    public StoredVariable get(String path) {
        GetVariableRequest request =
                GetVariableRequest.newBuilder().setPath(path).build();
        return StoredVariable.of(connection
                .call(connection.variables(), stub -> stub.getVariable(request))
                .getVariable());
    }

    /**
     * Lists the variables that the token may list, ordered by path. Pages are fetched while the stream is read.
     *
     * @param prefix the beginning of their paths; empty: all
     * @return the variables, without their values
     */
    public Stream<StoredVariable> list(String prefix) {
        ListVariablesRequest.Builder request = ListVariablesRequest.newBuilder().setPrefix(prefix);
        return Pages.stream(token -> {
                    ListVariablesRequest page = request.setPageToken(token).build();
                    ListVariablesResponse answer =
                            connection.call(connection.variables(), stub -> stub.listVariables(page));
                    return new Page<>(answer.getVariablesList(), answer.getNextPageToken());
                })
                .map(StoredVariable::of);
    }

    /**
     * Deletes a variable.
     *
     * @param path its path
     * @throws NotFoundException if there is none
     * @throws GantryException if the call fails
     */
    public void delete(String path) {
        delete(DeleteVariableRequest.newBuilder().setPath(path));
    }

    /**
     * Deletes a variable if it was not changed meanwhile.
     *
     * @param path its path
     * @param checkIndex the {@code modifyIndex} that the stored variable must have, 1 or more
     * @throws NotFoundException if there is none
     * @throws ConflictException if the stored variable has another index
     * @throws GantryException if the call fails
     */
    public void delete(String path, long checkIndex) {
        delete(DeleteVariableRequest.newBuilder().setPath(path).setCheckIndex(checkIndex));
    }

    private void delete(DeleteVariableRequest.Builder request) {
        var unused = connection.call(connection.variables(), stub -> stub.deleteVariable(request.build()));
    }

    /**
     * Makes a new key for variables. Then the server encrypts all variables again with it, beside its other work.
     *
     * @return the new key, and how many variables are encrypted with older keys
     * @throws PreconditionFailedException if the server lacks its keys, has too many, or can't write their file
     * @throws GantryException if the call fails
     */
    public RotateVariableKeyResponse rotateKey() {
        return connection.call(
                connection.variables(), stub -> stub.rotateVariableKey(RotateVariableKeyRequest.getDefaultInstance()));
    }

    /**
     * Lists the keys of variables.
     *
     * @return the keys, the newest one first, then those that the server lacks
     * @throws GantryException if the call fails
     */
    public List<VariableKey> keys() {
        return connection
                .call(
                        connection.variables(),
                        stub -> stub.listVariableKeys(ListVariableKeysRequest.getDefaultInstance()))
                .getKeysList();
    }
}
