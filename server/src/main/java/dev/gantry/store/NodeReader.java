package dev.gantry.store;

import static dev.gantry.store.schema.Tables.ALLOCATED_PORT;
import static dev.gantry.store.schema.Tables.NODE;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.row;

import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeStatus;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.DSLContext;

/** Questions about nodes and the ports that are taken on them. */
public final class NodeReader {

    private final DSLContext dsl;

    NodeReader(DSLContext dsl) {
        this.dsl = dsl;
    }

    /**
     * One node.
     *
     * @param id its id
     * @return the node; empty if it is not known
     */
    public Optional<Node> find(String id) {
        return dsl.select(NODE.MESSAGE)
                .from(NODE)
                .where(NODE.ID.eq(id))
                .fetchOptional(row -> Messages.parse(Node.parser(), row.value1()));
    }

    /**
     * Some nodes.
     *
     * @param ids their ids, at most a thousand
     * @return those that are known, in the order of their names
     */
    public List<Node> findAll(Collection<String> ids) {
        return fetch(NODE.ID.in(ids), ids.size());
    }

    /**
     * The nodes of a name.
     *
     * @param name the whole name
     * @param limit at most this many
     * @return the nodes
     */
    public List<Node> named(String name, int limit) {
        return fetch(NODE.NAME.eq(name), limit);
    }

    /**
     * The nodes that a person may mean.
     *
     * @param prefix an id or the begin of one
     * @return the nodes, at most two: more than one is one too many already
     */
    public List<Node> findLike(String prefix) {
        return fetch(NODE.ID.startsWith(prefix), 2);
    }

    /**
     * By what to know a node again.
     *
     * @param id its id
     * @return the hash of its secret; empty if it is not known
     */
    public Optional<byte[]> secretHash(String id) {
        return dsl.select(NODE.SECRET_HASH).from(NODE).where(NODE.ID.eq(id)).fetchOptional(NODE.SECRET_HASH);
    }

    /**
     * A page of nodes in the order of their names, then ids.
     *
     * @param afterName only nodes behind this name
     * @param afterId and, of the same name, behind this id
     * @param limit at most this many
     * @return the nodes
     */
    public List<Node> page(String afterName, String afterId, int limit) {
        return fetch(row(NODE.NAME, NODE.ID).gt(afterName, afterId), limit);
    }

    /**
     * A page of nodes from the last name to the first.
     *
     * @param before only nodes before this one; empty: from the last
     * @param limit at most this many
     * @return the nodes
     */
    public List<Node> pageBackwards(Optional<Node> before, int limit) {
        return dsl.select(NODE.MESSAGE)
                .from(NODE)
                .where(before.<Condition>map(node -> row(NODE.NAME, NODE.ID).lt(node.getName(), node.getId()))
                        .orElse(noCondition()))
                .orderBy(NODE.NAME.desc(), NODE.ID.desc())
                .limit(limit)
                .fetch(row -> Messages.parse(Node.parser(), row.value1()));
    }

    /**
     * The nodes that are not down.
     *
     * @return their ids
     */
    public List<String> present() {
        return dsl.select(NODE.ID)
                .from(NODE)
                .where(NODE.STATUS.ne((short) NodeStatus.NODE_STATUS_DOWN_VALUE))
                .fetch(NODE.ID);
    }

    /**
     * The ports taken on a node.
     *
     * @param nodeId the node
     * @return its rows in the order of the ports
     */
    public List<AllocatedPort> takenPorts(String nodeId) {
        return dsl.selectFrom(ALLOCATED_PORT)
                .where(ALLOCATED_PORT.NODE_ID.eq(nodeId))
                .orderBy(ALLOCATED_PORT.PORT)
                .fetch(row -> AllocatedPort.newBuilder()
                        .setLabel(row.getLabel())
                        .setTask(row.getTask())
                        .setIp(row.getIp())
                        .setPort(row.getPort())
                        .build());
    }

    private List<Node> fetch(Condition condition, int limit) {
        return dsl.select(NODE.MESSAGE)
                .from(NODE)
                .where(condition)
                .orderBy(NODE.NAME, NODE.ID)
                .limit(limit)
                .fetch(row -> Messages.parse(Node.parser(), row.value1()));
    }
}
