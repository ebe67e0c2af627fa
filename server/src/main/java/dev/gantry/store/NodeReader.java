package dev.gantry.store;

import static dev.gantry.store.schema.Tables.NODE;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.row;

import com.google.protobuf.ByteString;
import dev.gantry.store.RowBuffer.NodeRow;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jooq.Condition;
import org.jooq.DSLContext;

/** Queries about nodes. */
public final class NodeReader {

    private static final int PAGE = 1000;

    private final DSLContext dsl;
    private final OpenNodes open;
    private final MessageTable<Node> messages;

    NodeReader(DSLContext dsl, OpenNodes open) {
        this.dsl = dsl;
        this.open = open;
        this.messages = new MessageTable<>(dsl, NODE, NODE.MESSAGE, Node.parser());
    }

    /**
     * Finds a node.
     *
     * @param id the full id
     * @return the node; empty if it is not stored
     */
    public Optional<Node> find(String id) {
        return messages.find(NODE.ID.eq(id));
    }

    /**
     * Tells whether a node is stored and not down. Asks the database only about a node that does not accept new
     * allocations.
     *
     * @param id the full id
     * @return true if it is, by a state that was committed before the changes that {@link Store#listen} tells next
     */
    public boolean isPresent(String id) {
        return open.contains(id)
                || find(id).filter(node -> node.getStatus() != NodeStatus.NODE_STATUS_DOWN)
                        .isPresent();
    }

    /** Finds a node with the hash of its secret; empty if the node is not stored. */
    Optional<NodeRow> findWithSecretHash(String id) {
        return dsl.select(NODE.MESSAGE, NODE.SECRET_HASH)
                .from(NODE)
                .where(NODE.ID.eq(id))
                .fetchOptional(row ->
                        new NodeRow(Messages.parse(Node.parser(), row.value1()), ByteString.copyFrom(row.value2())));
    }

    /**
     * Finds several nodes.
     *
     * @param ids the full ids, at most a thousand
     * @return the stored ones, in the order of their names
     */
    public List<Node> findAll(Collection<String> ids) {
        return fetch(NODE.ID.in(ids), ids.size());
    }

    /**
     * Finds the nodes with a name.
     *
     * @param name the full name
     * @param limit the most nodes to return
     * @return the nodes
     */
    public List<Node> named(String name, int limit) {
        return fetch(NODE.NAME.eq(name), limit);
    }

    /**
     * Finds the nodes whose id begins with a prefix.
     *
     * @param prefix an id or its beginning
     * @return at most two nodes: two are enough to know that the prefix is ambiguous
     */
    public List<Node> findLike(String prefix) {
        return fetch(NODE.ID.startsWith(prefix), 2);
    }

    /**
     * Returns the hash of a node's secret, which proves the node's identity.
     *
     * @param id the full id
     * @return the hash; empty if the node is not stored
     */
    public Optional<byte[]> secretHash(String id) {
        return dsl.select(NODE.SECRET_HASH).from(NODE).where(NODE.ID.eq(id)).fetchOptional(NODE.SECRET_HASH);
    }

    /**
     * Returns the name that a node is registered with.
     *
     * @param id the full id
     * @return the name; empty if the node is not stored
     */
    public Optional<String> name(String id) {
        return dsl.select(NODE.NAME).from(NODE).where(NODE.ID.eq(id)).fetchOptional(NODE.NAME);
    }

    /**
     * Tells whether a name is in use.
     *
     * @param name the full name
     * @param exceptId a node that does not count
     * @return true if another node has the name and is not down
     */
    public boolean isNameTaken(String name, String exceptId) {
        return dsl.fetchExists(dsl.selectOne()
                .from(NODE)
                .where(NODE.NAME.eq(name).and(NODE.ID.ne(exceptId)).and(NODE.STATUS.ne((short)
                        NodeStatus.NODE_STATUS_DOWN_VALUE))));
    }

    /**
     * Returns a page of nodes in the order of their names, then ids.
     *
     * @param afterName only nodes after this name
     * @param afterId of those with this name, only ids after this one
     * @param limit the most nodes to return
     * @return the nodes
     */
    public List<Node> page(String afterName, String afterId, int limit) {
        return fetch(row(NODE.NAME, NODE.ID).gt(afterName, afterId), limit);
    }

    /**
     * Passes all nodes to a consumer, in the order of their names, then ids. Reads them in pages, so that memory holds
     * one page at a time.
     *
     * @param consumer receives each node
     */
    public void forEach(Consumer<Node> consumer) {
        String lastName = "";
        String lastId = "";
        List<Node> page;
        do {
            page = page(lastName, lastId, PAGE);
            page.forEach(consumer);
            lastName = page.isEmpty() ? lastName : page.get(page.size() - 1).getName();
            lastId = page.isEmpty() ? lastId : page.get(page.size() - 1).getId();
        } while (page.size() == PAGE);
    }

    /**
     * Returns a page of nodes in the reverse order of their names, then ids.
     *
     * @param before only nodes before this one; empty: begin with the last
     * @param limit the most nodes to return
     * @return the nodes
     */
    public List<Node> pageBackwards(Optional<Node> before, int limit) {
        return messages.list(
                before.<Condition>map(node -> row(NODE.NAME, NODE.ID).lt(node.getName(), node.getId()))
                        .orElse(noCondition()),
                limit,
                NODE.NAME.desc(),
                NODE.ID.desc());
    }

    /**
     * Returns the nodes that are not down.
     *
     * @return their ids
     */
    public List<String> present() {
        return dsl.select(NODE.ID)
                .from(NODE)
                .where(NODE.STATUS.ne((short) NodeStatus.NODE_STATUS_DOWN_VALUE))
                .fetch(NODE.ID);
    }

    /** Returns all nodes, in no order. */
    List<Node> all() {
        return messages.all(noCondition());
    }

    private List<Node> fetch(Condition condition, int limit) {
        return messages.list(condition, limit, NODE.NAME, NODE.ID);
    }
}
