import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { ContainerRuntimeClient } from 'testcontainers'
import { type Place, subjectReads } from '../../scenarios/subject/process.ts'
import { type SandboxStatus, SCRATCH } from './bubblewrap.ts'
import type { SandboxLimits } from './settings.ts'

const MB = 1024 * 1024
const PIPES = '/run/backlot'
const LABEL = 'backlot.pid'
const USER = '65534:65534'
const START_MS = 20_000

/**
 * The first process of a container. It opens the pipes, says so, starts the program and then waits for the end of ours: a line in `life`,
 * or that nobody holds it any more. When the first process ends the kernel ends all others.
 */
const FIRST = `exec 3<${PIPES}/in 4>${PIPES}/out 5<${PIPES}/life 2>${PIPES}/err
echo up
exec >/dev/null
"$@" 5<&- &
exec 3<&- 4>&- 2>/dev/null
read line <&5`

export type DockerStatus =
  | (SandboxStatus & { readonly available: false })
  | { readonly available: true; readonly image: string }

const opened: { client?: Promise<ContainerRuntimeClient> } = {}

/** The daemon that testcontainers finds; its library is loaded only where a project wants containers. */
function runtime(): Promise<ContainerRuntimeClient> {
  opened.client ??= import('testcontainers').then(({ getContainerRuntimeClient }) => getContainerRuntimeClient())
  return opened.client
}

/** Whether containers start here; makes the image that boxes are made of when it is not there yet. */
export async function dockerStatus(): Promise<DockerStatus> {
  let client: ContainerRuntimeClient
  try {
    client = await runtime()
  } catch (error) {
    return {
      available: false,
      why: `no Docker daemon answers: ${error instanceof Error ? error.message : String(error)}`,
      wayOut:
        'Start one (dockerd, or systemctl start docker) and let this user reach it; DOCKER_HOST says where it is.',
    }
  }
  try {
    await sweep(client)
    return { available: true, image: await ensureImage(client) }
  } catch (error) {
    const why = `Docker cannot make the image of the sandbox: ${error instanceof Error ? error.message : String(error)}`
    return {
      available: false,
      why,
      wayOut: 'Its context is Node and the libraries it is linked with; free disk space may be short.',
    }
  }
}

/** What a box contains besides what is mounted: Node, a shell to start it, and their libraries, each where this machine has it. */
function contents(): readonly string[] {
  const programs = [subjectReads({ cwd: '/' }).node, '/bin/sh', '/usr/bin/env']
  const libraries = programs.flatMap((program) =>
    spawnSync('/usr/bin/ldd', [program], { encoding: 'utf8' })
      .stdout.split('\n')
      .flatMap((line) => /(\/\S+) \(0x/.exec(line)?.[1] ?? []),
  )
  return [...new Set([...programs, ...libraries])].sort()
}

/** Made here, from scratch: nothing is pulled, and the id of the image stands for every byte in it. */
async function ensureImage(client: ContainerRuntimeClient): Promise<string> {
  const files = contents()
  const state = files.map((path) => {
    const { size, mtimeMs } = statSync(path)
    return [path, realpathSync(path), size, mtimeMs]
  })
  const name = `backlot-box:${createHash('sha256').update(JSON.stringify(state)).digest('hex').slice(0, 24)}`
  const idOf = async (): Promise<string | undefined> =>
    client.container.dockerode
      .getImage(name)
      .inspect()
      .then(({ Id }) => Id)
      .catch(() => undefined)
  const there = await idOf()
  if (there !== undefined) return there
  const context = mkdtempSync(join(tmpdir(), 'backlot-image-'))
  try {
    for (const path of files) {
      const to = join(context, 'root', path)
      mkdirSync(dirname(to), { recursive: true })
      cpSync(realpathSync(path), to)
    }
    writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nCOPY root/ /\n')
    await client.image.build(context, { t: name })
  } finally {
    rmSync(context, { recursive: true, force: true })
  }
  const made = await idOf()
  if (made === undefined) throw new Error('the build ended without an image')
  return made
}

/** Containers whose gate was killed before they started; those that ran are gone by themselves. */
async function sweep({ container: { dockerode } }: ContainerRuntimeClient): Promise<void> {
  const left = await dockerode.listContainers({ all: true, filters: { label: [LABEL], status: ['created', 'exited'] } })
  for (const { Id, Labels } of left)
    if (!existsSync(`/proc/${Labels[LABEL]}`))
      await dockerode
        .getContainer(Id)
        .remove({ force: true })
        .catch(() => undefined)
}

/**
 * Runs subjects in containers of their own: no network, no power, a root that cannot be written, limits on processes, memory, disk and
 * files. The daemon has to run on this machine, since the pipes to the program are named ones. Nothing of Docker is inside.
 */
export const dockerPlace = (image: string, packages: readonly string[], limits: SandboxLimits): Place => ({
  async start({ command, env, reads, folder }) {
    const { dockerode } = (await runtime()).container
    const inside = { ...env, TMPDIR: SCRATCH, BACKLOT_SCRATCH: SCRATCH, PWD: reads.cwd }
    const variables = Object.entries(inside).map(([name, value]) => `${name}=${value}`)
    const mounts = [...new Set([...reads.runtime, reads.cwd, ...packages])].filter((path) => existsSync(path))
    const readOnly = [...mounts.map((path) => [path, path]), [folder, PIPES]]
    const container = await dockerode.createContainer({
      Image: image,
      Entrypoint: ['/bin/sh', '-c', FIRST, 'box'],
      // Docker adds variables of its own; the program sees only those it was given.
      Cmd: ['/usr/bin/env', '-i', ...variables, ...command],
      WorkingDir: reads.cwd,
      User: USER,
      Hostname: 'subject',
      NetworkDisabled: true,
      AttachStdout: true,
      AttachStderr: true,
      Labels: { [LABEL]: `${process.pid}` },
      HostConfig: {
        ...walls(limits),
        Mounts: readOnly.map(([Source = '', Target = '']) => ({ Type: 'bind', Source, Target, ReadOnly: true })),
      },
    })
    const output = await container.attach({ stream: true, stdout: true, stderr: true })
    await container.start()
    await saidUp(output)
    return { pid: (await container.inspect()).State.Pid }
  },
})

const walls = ({ processes, memoryMb, diskMb, openFiles, cpuSeconds }: SandboxLimits): object => ({
  AutoRemove: true,
  NetworkMode: 'none',
  IpcMode: 'none',
  ReadonlyRootfs: true,
  CapDrop: ['ALL'],
  SecurityOpt: ['no-new-privileges:true'],
  PidsLimit: processes,
  Memory: memoryMb * MB,
  MemorySwap: memoryMb * MB,
  LogConfig: { Type: 'none', Config: {} },
  Ulimits: [
    { Name: 'nofile', Soft: openFiles, Hard: openFiles },
    { Name: 'fsize', Soft: diskMb * MB, Hard: diskMb * MB },
    { Name: 'cpu', Soft: cpuSeconds, Hard: cpuSeconds },
    { Name: 'core', Soft: 0, Hard: 0 },
  ],
  Tmpfs: { [SCRATCH]: `rw,noexec,nosuid,nodev,size=${diskMb}m,mode=1777` },
})

/** Waits for the first process to have its pipes. What else it says is why it could not. */
function saidUp(output: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    const late = setTimeout(() => end(new Error(`the container did not start within ${START_MS / 1000} s`)), START_MS)
    const end = (error?: Error): void => {
      clearTimeout(late)
      output.removeAllListeners()
      output.on('error', () => undefined)
      if ('destroy' in output && typeof output.destroy === 'function') output.destroy()
      if (error === undefined) resolve()
      else reject(error)
    }
    output.on('data', (data: Buffer) => {
      said += data.toString('latin1')
      if (said.includes('up\n')) end()
    })
    output.on('end', () => end(new Error(`the container ended before the program began: ${said.slice(8, 300).trim()}`)))
    output.on('error', end)
  })
}
