package dev.tributary.federation;

/** Why something is as it is: one stable word, the {@code reason} of a condition. */
public enum Reason {
  // All is well.
  Reachable(Kind.GOOD),
  Prepared(Kind.GOOD),
  InSync(Kind.GOOD),
  MovedBack(Kind.GOOD),
  CleanedUp(Kind.GOOD),

  // Under way, or mending itself without a person.
  Preparing(Kind.WAITING),
  Copying(Kind.WAITING),
  Indexing(Kind.WAITING),
  WaitingForSource(Kind.WAITING),
  WaitingForFederation(Kind.WAITING),
  WaitingForTransactions(Kind.WAITING),
  WaitingForApply(Kind.WAITING),
  HandingOver(Kind.WAITING),
  LockTimeout(Kind.WAITING),
  ObjectInUse(Kind.WAITING),
  Unreachable(Kind.WAITING),
  TooManyConnections(Kind.WAITING),
  ApplyFailing(Kind.WAITING),
  DatabaseError(Kind.WAITING),
  InternalError(Kind.WAITING),
  Deleting(Kind.WAITING),

  // At rest because it was asked to be.
  Suspended(Kind.RESTING),
  AwaitingApproval(Kind.RESTING),

  // A person has to do something.
  InvalidSpec(Kind.BLOCKED),
  SecretMissing(Kind.BLOCKED),
  SecretInvalid(Kind.BLOCKED),
  SourceMissing(Kind.BLOCKED),
  TargetMissing(Kind.BLOCKED),
  HostUnknown(Kind.BLOCKED),
  AuthenticationFailed(Kind.BLOCKED),
  DatabaseMissing(Kind.BLOCKED),
  TlsFailed(Kind.BLOCKED),
  ServerTooOld(Kind.BLOCKED),
  ServerIsStandby(Kind.BLOCKED),
  ServerReadOnly(Kind.BLOCKED),
  WalLevelNotLogical(Kind.BLOCKED),
  TooFewSlots(Kind.BLOCKED),
  TooFewWalSenders(Kind.BLOCKED),
  TooFewWorkers(Kind.BLOCKED),
  TooFewWorkerProcesses(Kind.BLOCKED),
  TooFewOrigins(Kind.BLOCKED),
  TooFewSyncWorkers(Kind.BLOCKED),
  PermissionDenied(Kind.BLOCKED),
  NoRightToCreateSchema(Kind.BLOCKED),
  NoRightToReplicate(Kind.BLOCKED),
  NoRightToManageRole(Kind.BLOCKED),
  RoleInUse(Kind.BLOCKED),
  NoRightToSubscribe(Kind.BLOCKED),
  TargetCannotConnect(Kind.BLOCKED),
  NotTableOwner(Kind.BLOCKED),
  SchemaMissing(Kind.BLOCKED),
  NoReplicaIdentity(Kind.BLOCKED),
  FilterNotCovered(Kind.BLOCKED),
  KeyNotInColumns(Kind.BLOCKED),
  PartitionedTable(Kind.BLOCKED),
  UnsupportedColumnType(Kind.BLOCKED),
  ExtensionMissing(Kind.BLOCKED),
  RowSecurity(Kind.BLOCKED),
  PublishedElsewhere(Kind.BLOCKED),
  NameTaken(Kind.BLOCKED),
  ViewInUse(Kind.BLOCKED),
  EventTrigger(Kind.BLOCKED),
  RoleSearchPath(Kind.BLOCKED),
  OwnedByAnother(Kind.BLOCKED),
  NotOwned(Kind.BLOCKED),
  SchemaDrift(Kind.BLOCKED),
  ApplyConflict(Kind.BLOCKED),
  ValueDoesNotFit(Kind.BLOCKED),
  NoRightToApply(Kind.BLOCKED),
  SlotLost(Kind.BLOCKED),
  RetainedWalOverLimit(Kind.BLOCKED),
  LeftBehind(Kind.BLOCKED),

  // Said beforehand of a table that is about to move; nothing stands in the way.
  LeftAlone(Kind.NOTICE),
  OverrideUnused(Kind.NOTICE),
  MigrationHistory(Kind.NOTICE),
  OwnedSequence(Kind.NOTICE),
  RowTypeArgument(Kind.NOTICE),
  NamedInFunction(Kind.NOTICE),
  DependentView(Kind.NOTICE),
  TransitionTable(Kind.NOTICE),
  DefaultPrivileges(Kind.NOTICE),
  StatementSeen(Kind.NOTICE),

  // Said of an index of a table that flows.
  IndexSkipped(Kind.NOTICE),

  // Said of a server, whatever is to be done; nothing stands in the way.
  LongTransaction(Kind.NOTICE),
  PreparedTransaction(Kind.NOTICE),
  WalSenderTimeout(Kind.NOTICE),
  SlotWalLimit(Kind.NOTICE),
  SlotIdleLimit(Kind.NOTICE),
  IdleInTransaction(Kind.NOTICE),
  WalReceiverTimeout(Kind.NOTICE),
  RetrieveRetryInterval(Kind.NOTICE),
  NoEventTrigger(Kind.NOTICE);

  private enum Kind {
    GOOD,
    WAITING,
    RESTING,
    BLOCKED,
    NOTICE
  }

  private final Kind kind;

  Reason(Kind kind) {
    this.kind = kind;
  }

  /** Whether only a person can mend it. */
  public boolean blocked() {
    return kind == Kind.BLOCKED;
  }

  /** Whether it goes on by itself. */
  public boolean waiting() {
    return kind == Kind.WAITING;
  }

  /** Whether nothing is left to do. */
  public boolean good() {
    return kind == Kind.GOOD;
  }
}
