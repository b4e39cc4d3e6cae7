import { test } from 'vitest'
import { ADA, PASSWORD, SEED, STAFF, WIKI } from './acme.ts'
import { openClient, type Step, walk } from './sdk.ts'

const profile = { login: 'eve@acme.example', email: 'eve@acme.example', firstName: 'Eve', lastName: 'Lovelace' }
const question = { question: 'Pet?', answer: 'Cat!' }
const user = { profile, credentials: { password: { value: PASSWORD }, recovery_question: question } }
const swap = (from: string, to: string): object => ({ oldPassword: { value: from }, newPassword: { value: to } })
const rule = {
  type: 'group_rule',
  name: 'Everyone called Eve',
  conditions: { expression: { type: 'urn:okta:expression:1.0', value: 'user.firstName == "Eve"' } },
  actions: { assignUserToGroups: { groupIds: [STAFF] } },
}

const WALKS: Readonly<Record<string, readonly Step[]>> = {
  'the life of a user': [
    ['userApi.createUser', { body: user, activate: false }, { keep: 'userId', is: { status: 'STAGED' } }],
    ['userApi.activateUser', { sendEmail: false }],
    ['userApi.getUser', { userId: 'eve@acme.example' }, { is: { status: 'ACTIVE' } }],
    [
      'userApi.updateUser',
      { user: { profile: { nickName: 'E' } } },
      { is: { profile: { nickName: 'E', firstName: 'Eve' } } },
    ],
    ['userApi.replaceUser', { user: { profile } }, { is: { profile: { lastName: 'Lovelace' } } }],
    [
      'userApi.listUsers',
      { search: 'profile.firstName eq "Eve"' },
      { is: [{ profile: { login: 'eve@acme.example' } }] },
    ],
    ['userApi.changePassword', { changePasswordRequest: swap(PASSWORD, 'Efgh5678xyz') }],
    ['userApi.changePassword', { changePasswordRequest: swap(PASSWORD, 'Ijkl9012xyz') }, { fails: 403 }],
    [
      'userApi.changeRecoveryQuestion',
      { userCredentials: { password: { value: 'Efgh5678xyz' }, recovery_question: question } },
    ],
    [
      'userApi.forgotPasswordSetNewPassword',
      { userCredentials: { password: { value: 'Mnop3456xyz' }, recovery_question: { answer: 'Cat!' } } },
    ],
    ['userApi.suspendUser'],
    ['userApi.unsuspendUser'],
    ['userApi.forgotPassword', { sendEmail: false }],
    ['userApi.expirePassword', {}, { is: { status: 'PASSWORD_EXPIRED' } }],
    ['userApi.expirePasswordAndGetTemporaryPassword'],
    ['userApi.generateResetPasswordToken', { sendEmail: false }],
    ['userApi.getUser', {}, { is: { status: 'RECOVERY' } }],
    ['userApi.reactivateUser', { sendEmail: false }],
    ['userApi.unlockUser', {}, { fails: 403 }],
    ['userApi.resetFactors'],
    ['userApi.revokeUserSessions', { oauthTokens: true }],
    ['userApi.endUserSessions', { keepCurrent: {} }],
    ['userApi.listUserGroups', {}, { is: [{ profile: { name: 'Everyone' } }] }],
    ['userApi.listAppLinks'],
    ['userApi.listUserBlocks'],
    ['userApi.listUserClients'],
    ['userApi.listUserDevices'],
    ['userApi.listUserGrants'],
    ['userApi.revokeUserGrants'],
    ['userApi.revokeTokensForUserAndClient', { clientId: 'shop' }],
    ['userApi.upsertUserRisk', { userRiskRequest: { riskLevel: 'HIGH' } }],
    ['userApi.getUserRisk', {}, { is: { riskLevel: 'HIGH' } }],
    ['userApi.getUserClassification', {}, { is: { type: 'STANDARD' } }],
    ['userApi.replaceUserClassification', { replaceUserClassification: { type: 'LITE' } }],
    ['userApi.deactivateUser'],
    ['userApi.deleteUser'],
    ['userApi.getUser', {}, { fails: 404 }],
  ],
  factors: [
    ['userFactorApi.listSupportedFactors', { userId: ADA }],
    ['userFactorApi.listSupportedSecurityQuestions', { userId: ADA }],
    [
      'userFactorApi.enrollFactor',
      {
        userId: ADA,
        body: { factorType: 'sms', provider: 'OKTA', profile: { phoneNumber: '+15554151337' } },
        activate: true,
      },
      { keep: 'factorId', is: { status: 'ACTIVE' } },
    ],
    ['userFactorApi.getFactor', { userId: ADA }],
    ['userFactorApi.verifyFactor', { userId: ADA, body: {} }, { is: { factorResult: 'CHALLENGE' } }],
    ['userFactorApi.verifyFactor', { userId: ADA, body: { passCode: 'no' } }, { fails: 403 }],
    ['userFactorApi.unenrollFactor', { userId: ADA }],
    [
      'userFactorApi.enrollFactor',
      { userId: ADA, body: { factorType: 'token:software:totp', provider: 'GOOGLE' } },
      { keep: 'factorId', is: { status: 'PENDING_ACTIVATION' } },
    ],
    ['userFactorApi.activateFactor', { userId: ADA, body: { passCode: 'no' } }, { fails: 403 }],
    ['userFactorApi.listFactors', { userId: ADA }, { is: [{ provider: 'GOOGLE' }] }],
  ],
  groups: [
    ['groupApi.createGroup', { group: { profile: { name: 'Readers' } } }, { keep: 'groupId' }],
    ['groupApi.replaceGroup', { group: { profile: { name: 'Writers', description: 'All' } } }],
    ['groupApi.getGroup', {}, { is: { profile: { name: 'Writers' } } }],
    ['groupApi.listGroups', { q: 'Wri' }, { is: [{ profile: { name: 'Writers' } }] }],
    ['groupApi.assignUserToGroup', { userId: ADA }],
    ['groupApi.listGroupUsers', {}, { is: [{ id: ADA }] }],
    ['groupApi.unassignUserFromGroup', { userId: ADA }],
    ['groupApi.listAssignedApplicationsForGroup', {}, { is: [] }],
    ['groupApi.assignGroupOwner', { GroupOwner: { id: ADA, type: 'USER' } }],
    ['groupApi.listGroupOwners', {}, { is: [{ id: ADA }] }],
    ['groupApi.deleteGroupOwner', { ownerId: ADA }],
    ['groupApi.deleteGroup'],
    ['groupApi.getGroup', {}, { fails: 404 }],
    ['groupApi.createGroupRule', { groupRule: rule }, { keep: 'ruleId', is: { status: 'INACTIVE' } }],
    ['groupApi.getGroupRule'],
    ['groupApi.replaceGroupRule', { groupRule: { ...rule, name: 'Others' } }],
    ['groupApi.activateGroupRule'],
    ['groupApi.listGroupRules', {}, { is: [{ status: 'ACTIVE' }] }],
    ['groupApi.deactivateGroupRule'],
    ['groupApi.deleteGroupRule', { removeUsers: true }],
    ['groupApi.getGroupRule', {}, { fails: 404 }],
  ],
  'roles of users, groups and clients': [
    [
      'roleAssignmentApi.assignRoleToUser',
      { userId: ADA, assignRoleRequest: { type: 'APP_ADMIN' } },
      { keep: 'roleId' },
    ],
    ['roleAssignmentApi.listAssignedRolesForUser', { userId: ADA }, { is: [{ type: 'APP_ADMIN' }] }],
    ['roleAssignmentApi.getUserAssignedRole', { userId: ADA }],
    ['roleTargetApi.assignAppTargetToAdminRoleForUser', { userId: ADA, appName: 'bookmark' }],
    ['roleTargetApi.listApplicationTargetsForApplicationAdministratorRoleForUser', { userId: ADA }],
    [
      'roleTargetApi.assignAppInstanceTargetToAppAdminRoleForUser',
      { userId: ADA, appName: 'bookmark', applicationId: WIKI },
    ],
    ['roleTargetApi.assignAllAppsAsTargetToRoleForUser', { userId: ADA }],
    ['roleAssignmentApi.unassignRoleFromUser', { userId: ADA }],
    [
      'roleAssignmentApi.assignRoleToUser',
      { userId: ADA, assignRoleRequest: { type: 'USER_ADMIN' } },
      { keep: 'roleId' },
    ],
    ['roleTargetApi.assignGroupTargetToUserRole', { userId: ADA, groupId: STAFF }],
    ['roleTargetApi.listGroupTargetsForRole', { userId: ADA }, { is: [{ id: STAFF }] }],
    ['roleAssignmentApi.assignRoleToGroup', { groupId: STAFF, assignRoleRequest: { type: 'APP_ADMIN' } }],
    ['roleAssignmentApi.listGroupAssignedRoles', { groupId: STAFF }, { keep: 'roleId' }],
    ['roleAssignmentApi.getGroupAssignedRole', { groupId: STAFF }],
    ['roleTargetApi.assignAppTargetToAdminRoleForGroup', { groupId: STAFF, appName: 'bookmark' }],
    ['roleTargetApi.listApplicationTargetsForApplicationAdministratorRoleForGroup', { groupId: STAFF }],
    ['roleAssignmentApi.unassignRoleFromGroup', { groupId: STAFF }],
    [
      'roleAssignmentApi.assignRoleToClient',
      { clientId: 'shop', assignRoleRequest: { type: 'READ_ONLY_ADMIN' } },
      { keep: 'roleAssignmentId' },
    ],
    ['roleAssignmentApi.listRolesForClient', { clientId: 'shop' }],
    ['roleAssignmentApi.retrieveClientRole', { clientId: 'shop' }],
    ['roleAssignmentApi.deleteRoleFromClient', { clientId: 'shop' }],
  ],
}

test.each(Object.keys(WALKS))('the SDK walks through %s', async (name) => {
  const { client: sdk } = await openClient(SEED)
  await walk(sdk, WALKS[name] ?? [])
})
