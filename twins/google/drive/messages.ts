/**
 * Messages of answers, and their fields: whoever asks for others is refused, as Google does. A field ends in `$` for a text,
 * `#` for a number, `?` for a truth, `:Message` for another message or a list of them, and in nothing for anything else.
 * From the types of @googleapis/drive 26.0.
 */
export const DRIVE_MESSAGES: Readonly<Record<string, string>> = {
  File:
    'appProperties capabilities clientEncryptionDetails:ClientEncryptionDetails contentHints ' +
    'contentRestrictions copyRequiresWriterPermission? createdTime$ description$ downloadRestrictions ' +
    'driveId$ explicitlyTrashed? exportLinks fileExtension$ folderColorRgb$ fullFileExtension$ ' +
    'hasAugmentedPermissions? hasThumbnail? headRevisionId$ iconLink$ id$ imageMediaMetadata ' +
    'inheritedPermissionsDisabled? isAppAuthorized? kind$ labelInfo lastModifyingUser:User linkShareMetadata ' +
    'md5Checksum$ mimeType$ modifiedByMe? modifiedByMeTime$ modifiedTime$ name$ originalFilename$ ownedByMe? ' +
    'owners:User parents permissionIds permissions:Permission properties quotaBytesUsed$ resourceKey$ ' +
    'sha1Checksum$ sha256Checksum$ shared? sharedWithMeTime$ sharingUser:User shortcutDetails size$ spaces ' +
    'starred? teamDriveId$ thumbnailLink$ thumbnailVersion$ trashed? trashedTime$ trashingUser:User version$ ' +
    'videoMediaMetadata viewedByMe? viewedByMeTime$ viewersCanCopyContent? webContentLink$ webViewLink$ ' +
    'writersCanShare?',
  FileList: 'files:File incompleteSearch? kind$ nextPageToken$',
  GeneratedIds: 'ids kind$ space$',
  Permission:
    'allowFileDiscovery? deleted? displayName$ domain$ emailAddress$ expirationTime$ id$ ' +
    'inheritedPermissionsDisabled? kind$ pendingOwner? permissionDetails photoLink$ role$ ' +
    'teamDrivePermissionDetails type$ view$',
  PermissionList: 'kind$ nextPageToken$ permissions:Permission',
  Revision:
    'exportLinks id$ keepForever? kind$ lastModifyingUser:User md5Checksum$ mimeType$ modifiedTime$ ' +
    'originalFilename$ publishAuto? published? publishedLink$ publishedOutsideDomain? size$',
  RevisionList: 'kind$ nextPageToken$ revisions:Revision',
  Comment:
    'anchor$ assigneeEmailAddress$ author:User content$ createdTime$ deleted? htmlContent$ id$ kind$ ' +
    'mentionedEmailAddresses modifiedTime$ quotedFileContent replies:Reply resolved?',
  CommentList: 'comments:Comment kind$ nextPageToken$',
  Reply:
    'action$ assigneeEmailAddress$ author:User content$ createdTime$ deleted? htmlContent$ id$ kind$ ' +
    'mentionedEmailAddresses modifiedTime$',
  ReplyList: 'kind$ nextPageToken$ replies:Reply',
  StartPageToken: 'kind$ startPageToken$',
  ChangeList: 'changes:Change kind$ newStartPageToken$ nextPageToken$',
  Channel: 'address$ expiration$ id$ kind$ params payload? resourceId$ resourceUri$ token$ type$',
  About:
    'appInstalled? canCreateDrives? canCreateTeamDrives? driveThemes exportFormats folderColorPalette ' +
    'importFormats kind$ maxImportSizes maxUploadSize$ storageQuota teamDriveThemes user:User',
  Drive:
    'backgroundImageFile backgroundImageLink$ capabilities colorRgb$ createdTime$ hidden? id$ kind$ name$ ' +
    'orgUnitId$ restrictions themeId$',
  DriveList: 'drives:Drive kind$ nextPageToken$',
  ClientEncryptionDetails: 'decryptionMetadata:DecryptionMetadata encryptionState$',
  User: 'displayName$ emailAddress$ kind$ me? permissionId$ photoLink$',
  Change: 'changeType$ drive:Drive driveId$ file:File fileId$ kind$ removed? teamDrive teamDriveId$ time$ type$',
  DecryptionMetadata: 'aes256GcmChunkSize$ encryptionResourceKeyHash$ jwt$ kaclsId$ kaclsName$ keyFormat$ wrappedKey$',
}
