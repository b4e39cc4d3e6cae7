import { buildSchema, type GraphQLSchema } from 'graphql'

/**
 * The part of GitHub's schema that common clients use. Names and types as on https://docs.github.com/graphql/reference (2026-11-26);
 * what is not here is refused loudly.
 */
const SDL = /* GraphQL */ `
  scalar DateTime
  scalar URI
  scalar GitObjectID
  scalar Base64String

  interface Node { id: ID! }
  interface Actor { login: String! url: URI! avatarUrl(size: Int): URI! resourcePath: URI! }
  interface RepositoryOwner { id: ID! login: String! url: URI! avatarUrl(size: Int): URI! resourcePath: URI! repositories(first: Int, last: Int, after: String, before: String, privacy: RepositoryPrivacy, isFork: Boolean, ownerAffiliations: [RepositoryAffiliation], affiliations: [RepositoryAffiliation], orderBy: RepositoryOrder): RepositoryConnection! }
  interface GitObject { id: ID! oid: GitObjectID! abbreviatedOid: String! }
  interface Labelable { labels(first: Int, last: Int, after: String, before: String): LabelConnection }
  interface Assignable { assignees(first: Int, last: Int, after: String, before: String): UserConnection! }

  type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
  type RateLimit { limit: Int! cost: Int! remaining: Int! used: Int! resetAt: DateTime! nodeCount: Int! }

  enum RepositoryPrivacy { PUBLIC PRIVATE }
  enum RepositoryVisibility { PUBLIC PRIVATE INTERNAL }
  enum RepositoryAffiliation { OWNER COLLABORATOR ORGANIZATION_MEMBER }
  enum RepositoryPermission { ADMIN MAINTAIN WRITE TRIAGE READ }
  enum RepositoryOrderField { CREATED_AT UPDATED_AT PUSHED_AT NAME STARGAZERS }
  enum IssueOrderField { CREATED_AT UPDATED_AT COMMENTS }
  enum OrderDirection { ASC DESC }
  enum IssueState { OPEN CLOSED }
  enum IssueStateReason { REOPENED NOT_PLANNED COMPLETED DUPLICATE }
  enum IssueClosedStateReason { COMPLETED NOT_PLANNED DUPLICATE }
  enum PullRequestState { OPEN CLOSED MERGED }
  enum PullRequestUpdateState { OPEN CLOSED }
  enum MergeableState { MERGEABLE CONFLICTING UNKNOWN }
  enum PullRequestMergeMethod { MERGE SQUASH REBASE }
  enum PullRequestReviewState { PENDING COMMENTED APPROVED CHANGES_REQUESTED DISMISSED }
  enum PullRequestReviewDecision { CHANGES_REQUESTED APPROVED REVIEW_REQUIRED }
  enum CommentAuthorAssociation { MEMBER OWNER MANNEQUIN COLLABORATOR CONTRIBUTOR FIRST_TIME_CONTRIBUTOR FIRST_TIMER NONE }
  enum SearchType { ISSUE REPOSITORY USER }
  enum StatusState { EXPECTED ERROR FAILURE PENDING SUCCESS }

  input RepositoryOrder { field: RepositoryOrderField! direction: OrderDirection! }
  input IssueOrder { field: IssueOrderField! direction: OrderDirection! }
  input IssueFilters { assignee: String createdBy: String labels: [String!] states: [IssueState!] mentioned: String milestone: String }

  type User implements Node & Actor & RepositoryOwner { id: ID! databaseId: Int login: String! name: String email: String! bio: String company: String location: String url: URI! avatarUrl(size: Int): URI! resourcePath: URI! websiteUrl: URI createdAt: DateTime! updatedAt: DateTime! isViewer: Boolean! isSiteAdmin: Boolean! repositories(first: Int, last: Int, after: String, before: String, privacy: RepositoryPrivacy, isFork: Boolean, ownerAffiliations: [RepositoryAffiliation], affiliations: [RepositoryAffiliation], orderBy: RepositoryOrder): RepositoryConnection! organizations(first: Int, last: Int, after: String, before: String): OrganizationConnection! }
  type Organization implements Node & Actor & RepositoryOwner { id: ID! databaseId: Int login: String! name: String description: String email: String url: URI! avatarUrl(size: Int): URI! resourcePath: URI! createdAt: DateTime! viewerCanAdminister: Boolean! repositories(first: Int, last: Int, after: String, before: String, privacy: RepositoryPrivacy, isFork: Boolean, ownerAffiliations: [RepositoryAffiliation], affiliations: [RepositoryAffiliation], orderBy: RepositoryOrder): RepositoryConnection! membersWithRole(first: Int, last: Int, after: String, before: String): UserConnection! teams(first: Int, last: Int, after: String, before: String): TeamConnection! }
  type Bot implements Node & Actor { id: ID! databaseId: Int login: String! url: URI! avatarUrl(size: Int): URI! resourcePath: URI! }
  type Team implements Node { id: ID! databaseId: Int name: String! slug: String! description: String combinedSlug: String! }
  type Language implements Node { id: ID! name: String! }
  type License implements Node { id: ID! key: String! name: String! spdxId: String nickname: String }

  type Repository implements Node {
    id: ID! databaseId: Int name: String! nameWithOwner: String! description: String owner: RepositoryOwner! url: URI! sshUrl: String! resourcePath: URI! homepageUrl: URI
    isPrivate: Boolean! isFork: Boolean! isArchived: Boolean! isTemplate: Boolean! isDisabled: Boolean! isEmpty: Boolean! visibility: RepositoryVisibility!
    hasIssuesEnabled: Boolean! hasWikiEnabled: Boolean! hasProjectsEnabled: Boolean! hasDiscussionsEnabled: Boolean!
    createdAt: DateTime! updatedAt: DateTime! pushedAt: DateTime stargazerCount: Int! forkCount: Int! viewerHasStarred: Boolean! viewerPermission: RepositoryPermission viewerCanAdminister: Boolean!
    mergeCommitAllowed: Boolean! squashMergeAllowed: Boolean! rebaseMergeAllowed: Boolean! autoMergeAllowed: Boolean! deleteBranchOnMerge: Boolean!
    defaultBranchRef: Ref parent: Repository primaryLanguage: Language licenseInfo: License
    ref(qualifiedName: String!): Ref
    refs(refPrefix: String!, first: Int, last: Int, after: String, before: String, query: String): RefConnection
    object(expression: String, oid: GitObjectID): GitObject
    issue(number: Int!): Issue
    issues(first: Int, last: Int, after: String, before: String, states: [IssueState!], labels: [String!], orderBy: IssueOrder, filterBy: IssueFilters): IssueConnection!
    pullRequest(number: Int!): PullRequest
    pullRequests(first: Int, last: Int, after: String, before: String, states: [PullRequestState!], labels: [String!], headRefName: String, baseRefName: String, orderBy: IssueOrder): PullRequestConnection!
    issueOrPullRequest(number: Int!): IssueOrPullRequest
    label(name: String!): Label
    labels(first: Int, last: Int, after: String, before: String, query: String): LabelConnection
    milestone(number: Int!): Milestone
    assignableUsers(first: Int, last: Int, after: String, before: String, query: String): UserConnection!
    releases(first: Int, last: Int, after: String, before: String): ReleaseConnection!
    latestRelease: Release
  }
  type Ref implements Node { id: ID! name: String! prefix: String! target: GitObject }
  type GitActor { name: String email: String date: DateTime user: User }
  type Commit implements Node & GitObject { id: ID! oid: GitObjectID! abbreviatedOid: String! message: String! messageHeadline: String! messageBody: String! committedDate: DateTime! authoredDate: DateTime! url: URI! author: GitActor committer: GitActor tree: Tree! parents(first: Int, last: Int, after: String, before: String): CommitConnection! history(first: Int, last: Int, after: String, before: String, path: String): CommitConnection! statusCheckRollup: StatusCheckRollup additions: Int! deletions: Int! changedFilesIfAvailable: Int }
  type StatusCheckRollup { state: StatusState! }
  type Tree implements Node & GitObject { id: ID! oid: GitObjectID! abbreviatedOid: String! entries: [TreeEntry!] }
  type TreeEntry { name: String! path: String type: String! mode: Int! oid: GitObjectID! size: Int! object: GitObject }
  type Blob implements Node & GitObject { id: ID! oid: GitObjectID! abbreviatedOid: String! text: String byteSize: Int! isBinary: Boolean }
  type Label implements Node { id: ID! name: String! color: String! description: String isDefault: Boolean! url: URI! }
  type Milestone implements Node { id: ID! number: Int! title: String! description: String state: String! dueOn: DateTime url: URI! }
  type Release implements Node { id: ID! databaseId: Int name: String tagName: String! isDraft: Boolean! isPrerelease: Boolean! isLatest: Boolean! description: String createdAt: DateTime! publishedAt: DateTime url: URI! }
  type IssueComment implements Node { id: ID! databaseId: Int author: Actor authorAssociation: CommentAuthorAssociation! body: String! createdAt: DateTime! updatedAt: DateTime! url: URI! }

  type Issue implements Node & Labelable & Assignable { id: ID! databaseId: Int number: Int! title: String! body: String! state: IssueState! stateReason: IssueStateReason closed: Boolean! closedAt: DateTime locked: Boolean! createdAt: DateTime! updatedAt: DateTime! url: URI! resourcePath: URI! author: Actor authorAssociation: CommentAuthorAssociation! repository: Repository! milestone: Milestone labels(first: Int, last: Int, after: String, before: String): LabelConnection assignees(first: Int, last: Int, after: String, before: String): UserConnection! comments(first: Int, last: Int, after: String, before: String): IssueCommentConnection! }
  type PullRequest implements Node & Labelable & Assignable {
    id: ID! databaseId: Int number: Int! title: String! body: String! state: PullRequestState! closed: Boolean! closedAt: DateTime merged: Boolean! mergedAt: DateTime mergedBy: Actor locked: Boolean! isDraft: Boolean! createdAt: DateTime! updatedAt: DateTime! url: URI! resourcePath: URI! author: Actor authorAssociation: CommentAuthorAssociation! repository: Repository! milestone: Milestone
    baseRefName: String! baseRefOid: GitObjectID! baseRef: Ref headRefName: String! headRefOid: GitObjectID! headRef: Ref headRepository: Repository headRepositoryOwner: RepositoryOwner isCrossRepository: Boolean!
    mergeable: MergeableState! mergeCommit: Commit additions: Int! deletions: Int! changedFiles: Int! maintainerCanModify: Boolean! reviewDecision: PullRequestReviewDecision autoMergeRequest: AutoMergeRequest
    labels(first: Int, last: Int, after: String, before: String): LabelConnection assignees(first: Int, last: Int, after: String, before: String): UserConnection! comments(first: Int, last: Int, after: String, before: String): IssueCommentConnection!
    commits(first: Int, last: Int, after: String, before: String): PullRequestCommitConnection! files(first: Int, last: Int, after: String, before: String): PullRequestChangedFileConnection reviews(first: Int, last: Int, after: String, before: String, states: [PullRequestReviewState!]): PullRequestReviewConnection reviewRequests(first: Int, last: Int, after: String, before: String): ReviewRequestConnection
  }
  type AutoMergeRequest { enabledBy: Actor mergeMethod: PullRequestMergeMethod! commitHeadline: String commitBody: String }
  type PullRequestCommit implements Node { id: ID! commit: Commit! url: URI! }
  type PullRequestChangedFile { path: String! additions: Int! deletions: Int! changeType: String! }
  type PullRequestReview implements Node { id: ID! databaseId: Int author: Actor body: String! state: PullRequestReviewState! submittedAt: DateTime url: URI! }
  type ReviewRequest { requestedReviewer: RequestedReviewer }
  union RequestedReviewer = User | Team
  union IssueOrPullRequest = Issue | PullRequest
  union SearchResultItem = Issue | PullRequest | Repository | User | Organization

  type RepositoryConnection { totalCount: Int! nodes: [Repository] edges: [RepositoryEdge] pageInfo: PageInfo! }
  type RepositoryEdge { cursor: String! node: Repository }
  type OrganizationConnection { totalCount: Int! nodes: [Organization] pageInfo: PageInfo! }
  type UserConnection { totalCount: Int! nodes: [User] edges: [UserEdge] pageInfo: PageInfo! }
  type UserEdge { cursor: String! node: User }
  type TeamConnection { totalCount: Int! nodes: [Team] pageInfo: PageInfo! }
  type RefConnection { totalCount: Int! nodes: [Ref] edges: [RefEdge] pageInfo: PageInfo! }
  type RefEdge { cursor: String! node: Ref }
  type IssueConnection { totalCount: Int! nodes: [Issue] edges: [IssueEdge] pageInfo: PageInfo! }
  type IssueEdge { cursor: String! node: Issue }
  type PullRequestConnection { totalCount: Int! nodes: [PullRequest] edges: [PullRequestEdge] pageInfo: PageInfo! }
  type PullRequestEdge { cursor: String! node: PullRequest }
  type LabelConnection { totalCount: Int! nodes: [Label] edges: [LabelEdge] pageInfo: PageInfo! }
  type LabelEdge { cursor: String! node: Label }
  type CommitConnection { totalCount: Int! nodes: [Commit] edges: [CommitEdge] pageInfo: PageInfo! }
  type CommitEdge { cursor: String! node: Commit }
  type IssueCommentConnection { totalCount: Int! nodes: [IssueComment] edges: [IssueCommentEdge] pageInfo: PageInfo! }
  type IssueCommentEdge { cursor: String! node: IssueComment }
  type PullRequestCommitConnection { totalCount: Int! nodes: [PullRequestCommit] pageInfo: PageInfo! }
  type PullRequestChangedFileConnection { totalCount: Int! nodes: [PullRequestChangedFile] pageInfo: PageInfo! }
  type PullRequestReviewConnection { totalCount: Int! nodes: [PullRequestReview] pageInfo: PageInfo! }
  type ReviewRequestConnection { totalCount: Int! nodes: [ReviewRequest] pageInfo: PageInfo! }
  type ReleaseConnection { totalCount: Int! nodes: [Release] pageInfo: PageInfo! }
  type SearchResultItemConnection { issueCount: Int! repositoryCount: Int! userCount: Int! nodes: [SearchResultItem] edges: [SearchResultItemEdge] pageInfo: PageInfo! }
  type SearchResultItemEdge { cursor: String! node: SearchResultItem }

  type Query {
    viewer: User!
    repository(owner: String!, name: String!, followRenames: Boolean): Repository
    repositoryOwner(login: String!): RepositoryOwner
    user(login: String!): User
    organization(login: String!): Organization
    node(id: ID!): Node
    nodes(ids: [ID!]!): [Node]!
    search(query: String!, type: SearchType!, first: Int, last: Int, after: String, before: String): SearchResultItemConnection!
    rateLimit(dryRun: Boolean): RateLimit
  }

  input CreateIssueInput { repositoryId: ID! title: String! body: String assigneeIds: [ID!] labelIds: [ID!] milestoneId: ID clientMutationId: String }
  input UpdateIssueInput { id: ID! title: String body: String state: IssueState labelIds: [ID!] assigneeIds: [ID!] milestoneId: ID clientMutationId: String }
  input CloseIssueInput { issueId: ID! stateReason: IssueClosedStateReason clientMutationId: String }
  input ReopenIssueInput { issueId: ID! clientMutationId: String }
  input AddCommentInput { subjectId: ID! body: String! clientMutationId: String }
  input LabelsInput { labelableId: ID! labelIds: [ID!]! clientMutationId: String }
  input AssigneesInput { assignableId: ID! assigneeIds: [ID!]! clientMutationId: String }
  input CreatePullRequestInput { repositoryId: ID! baseRefName: String! headRefName: String! headRepositoryId: ID title: String! body: String draft: Boolean maintainerCanModify: Boolean clientMutationId: String }
  input UpdatePullRequestInput { pullRequestId: ID! title: String body: String state: PullRequestUpdateState baseRefName: String clientMutationId: String }
  input PullRequestInput { pullRequestId: ID! clientMutationId: String }
  input MergePullRequestInput { pullRequestId: ID! commitHeadline: String commitBody: String expectedHeadOid: GitObjectID mergeMethod: PullRequestMergeMethod authorEmail: String clientMutationId: String }
  input EnablePullRequestAutoMergeInput { pullRequestId: ID! commitHeadline: String commitBody: String mergeMethod: PullRequestMergeMethod authorEmail: String expectedHeadOid: GitObjectID clientMutationId: String }
  input StarInput { starrableId: ID! clientMutationId: String }

  type IssuePayload { issue: Issue clientMutationId: String }
  type AddCommentPayload { commentEdge: IssueCommentEdge subject: Node clientMutationId: String }
  type LabelsPayload { labelable: Labelable clientMutationId: String }
  type AssigneesPayload { assignable: Assignable clientMutationId: String }
  type PullRequestPayload { pullRequest: PullRequest actor: Actor clientMutationId: String }
  type StarPayload { starrable: Repository clientMutationId: String }

  type Mutation {
    createIssue(input: CreateIssueInput!): IssuePayload
    updateIssue(input: UpdateIssueInput!): IssuePayload
    closeIssue(input: CloseIssueInput!): IssuePayload
    reopenIssue(input: ReopenIssueInput!): IssuePayload
    addComment(input: AddCommentInput!): AddCommentPayload
    addLabelsToLabelable(input: LabelsInput!): LabelsPayload
    removeLabelsFromLabelable(input: LabelsInput!): LabelsPayload
    addAssigneesToAssignable(input: AssigneesInput!): AssigneesPayload
    removeAssigneesFromAssignable(input: AssigneesInput!): AssigneesPayload
    createPullRequest(input: CreatePullRequestInput!): PullRequestPayload
    updatePullRequest(input: UpdatePullRequestInput!): PullRequestPayload
    closePullRequest(input: PullRequestInput!): PullRequestPayload
    reopenPullRequest(input: PullRequestInput!): PullRequestPayload
    mergePullRequest(input: MergePullRequestInput!): PullRequestPayload
    markPullRequestReadyForReview(input: PullRequestInput!): PullRequestPayload
    convertPullRequestToDraft(input: PullRequestInput!): PullRequestPayload
    enablePullRequestAutoMerge(input: EnablePullRequestAutoMergeInput!): PullRequestPayload
    disablePullRequestAutoMerge(input: PullRequestInput!): PullRequestPayload
    addStar(input: StarInput!): StarPayload
    removeStar(input: StarInput!): StarPayload
  }
`

export const SCHEMA: GraphQLSchema = buildSchema(SDL)
