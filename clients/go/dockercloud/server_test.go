package dockercloud

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

const name = "registry.example/user1/image1"

// account is the administrator of the server with the binary LIGHTERMAN, which is started once for all tests.
var account map[string]string

func TestMain(m *testing.M) {
	for _, variable := range os.Environ() {
		if strings.HasPrefix(variable, "DOCKERCLOUD_") {
			os.Unsetenv(strings.SplitN(variable, "=", 2)[0])
		}
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	folder, err := os.MkdirTemp("", "server")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	log, err := os.Create(filepath.Join(folder, "log"))
	if err != nil {
		panic(err)
	}
	defer log.Close()
	// The server never contacts registries.
	command := exec.Command(os.Getenv("LIGHTERMAN"), "serve", "--listen", "127.0.0.1:0", "--data", filepath.Join(folder, "data"),
		"--verify", "skip")
	command.Stdout, command.Stderr = log, log
	if err := command.Start(); err != nil {
		panic(err)
	}
	defer command.Wait()
	defer command.Process.Signal(os.Interrupt)
	for try := 0; try < 400 && account == nil; try++ {
		time.Sleep(50 * time.Millisecond)
		said, _ := os.ReadFile(log.Name())
		if strings.Contains(string(said), "listening on http") {
			account = variables(filepath.Join(folder, "data.env"))
		}
	}
	if account == nil {
		said, _ := os.ReadFile(log.Name())
		fmt.Printf("the server did not start: %s\n", said)
		return 1
	}
	return m.Run()
}

func variables(file string) map[string]string {
	text, err := os.ReadFile(file)
	if err != nil {
		panic(err)
	}
	found := map[string]string{}
	for _, match := range regexp.MustCompile(`DOCKERCLOUD_(\w+)=(\S+)`).FindAllStringSubmatch(string(text), -1) {
		found[match[1]] = match[2]
	}
	return found
}

// use sets the package's variables for one test.
func use(t *testing.T, host, user, key string) {
	t.Helper()
	BaseUrl, User, ApiKey = host, user, key
	t.Cleanup(func() {
		BaseUrl, User, ApiKey, Password, BasicAuth, AuthHeader, Namespace = "", "", "", "", "", "", ""
		userAgent = "go-dockercloud/" + version
	})
}

// useServer sets the package's variables to the server, and removes all repositories after the test.
func useServer(t *testing.T) {
	t.Helper()
	use(t, account["REST_HOST"], account["USER"], account["APIKEY"])
	t.Cleanup(func() {
		BaseUrl, User, ApiKey, Namespace = account["REST_HOST"], account["USER"], account["APIKEY"], ""
		list, err := ListRepositories()
		check0(t, err)
		for _, repository := range list.Objects {
			check0(t, repository.Remove())
		}
	})
}

func check0(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[Value comparable](t *testing.T, got, want Value) {
	t.Helper()
	if got != want {
		t.Fatalf("got %v, want %v", got, want)
	}
}

func register(t *testing.T, name string) Repository {
	t.Helper()
	repository, err := CreateRepository(RepositoryCreateRequest{Name: name, Username: "carol", Password: "secret"})
	check0(t, err)
	return repository
}

func status(t *testing.T, err error) int {
	t.Helper()
	var failure HttpError
	if !errors.As(err, &failure) {
		t.Fatalf("%v is not an HttpError", err)
	}
	return failure.StatusCode
}

func TestARepositoryIsCreatedReadUpdatedAndRemoved(t *testing.T) {
	useServer(t)
	created, err := CreateImage(ImageCreateRequest{Name: name, Username: "carol", Password: "secret"})
	check0(t, err)
	equal(t, created.Resource_uri, "/api/repo/v1/"+account["USER"]+"/repository/"+name+"/")

	for _, key := range []string{name, created.Resource_uri} {
		repository, err := GetRepository(key)
		check0(t, err)
		equal(t, repository.Name, name)
		equal(t, repository.State, "Unverified")
		equal(t, repository.In_use, false)
	}
	check0(t, created.Update(RepositoryCreateRequest{Username: "dave", Password: "another"}))
	check0(t, created.Remove())
	_, err = GetRepository(name)
	equal(t, status(t, err), 404)
	if !strings.HasPrefix(err.Error(), "Failed API call: 404") || !strings.Contains(err.Error(), name) {
		t.Fatal(err)
	}
}

func TestARepositoryIsInUseWhileAServiceUsesItsImage(t *testing.T) {
	useServer(t)
	repository, err := CreateRepository(RepositoryCreateRequest{Name: name})
	check0(t, err)
	service, err := CreateService(ServiceCreateRequest{Image: name + ":v1", Name: "web"})
	check0(t, err)
	equal(t, service.State, "Not running")
	equal(t, service.Image_name, name+":v1")
	used, err := GetRepository(name)
	check0(t, err)
	equal(t, used.In_use, true)

	services, err := ListServices()
	check0(t, err)
	equal(t, len(services.Objects), 1)
	check0(t, service.Update(ServiceCreateRequest{Image: "registry.example/user1/other"}))
	used, err = GetRepository(name)
	check0(t, err)
	equal(t, used.In_use, false)

	check0(t, service.TerminateService())
	_, err = GetService(service.Uuid)
	equal(t, status(t, err), 404)
	check0(t, repository.Remove())
}

func TestListsFollowPagesAndFilters(t *testing.T) {
	useServer(t)
	for number := 0; number < 60; number++ {
		register(t, fmt.Sprintf("registry.example/many/image%02d", number))
	}
	list, err := ListRepositories()
	check0(t, err)
	equal(t, len(list.Objects), 60)
	equal(t, list.Meta.TotalCount, 60)
	equal(t, list.Objects[59].Name, "registry.example/many/image59")

	client, err := NewClient()
	check0(t, err)
	list, err = client.ListRepositories(context.Background(), url.Values{"name": {"registry.example/many/image07"}})
	check0(t, err)
	equal(t, len(list.Objects), 1)
	_, err = client.ListRepositories(context.Background(), url.Values{"nonsense": {"1"}})
	equal(t, status(t, err), 400)
}

func TestRegistriesAndActionsAreListedAndRead(t *testing.T) {
	useServer(t)
	repository := register(t, "registry.example:5000/user1/image1")
	registries, err := ListRegistries()
	check0(t, err)
	equal(t, len(registries.Objects), 1)
	registry, err := GetRegistry("registry.example:5000")
	check0(t, err)
	equal(t, registry.Resource_uri, repository.Registry)
	equal(t, registry.Port, 5000)

	actions, err := ListActions()
	check0(t, err)
	equal(t, actions.Objects[0].Object, repository.Resource_uri)
	action, err := GetAction(actions.Objects[0].Uuid)
	check0(t, err)
	equal(t, action.Action, "Repository Create")
	equal(t, action.User_agent, "go-dockercloud/"+version)
}

func TestNamespacesAreRegardedForRepositories(t *testing.T) {
	useServer(t)
	register(t, name)
	Namespace = account["USER"]
	list, err := ListRepositories()
	check0(t, err)
	equal(t, len(list.Objects), 1)
	Namespace = "somebody-else"
	_, err = ListRepositories()
	equal(t, status(t, err), 404)
	_, err = CreateRepository(RepositoryCreateRequest{Name: "registry.example/another", Username: "carol", Password: "secret"})
	equal(t, status(t, err), 404)
	check0(t, list.Objects[0].Remove()) // its resource URI contains the namespace
}

func TestADuplicateAndAWrongKeyAreReported(t *testing.T) {
	useServer(t)
	register(t, name)
	_, err := CreateRepository(RepositoryCreateRequest{Name: name, Username: "carol", Password: "secret"})
	equal(t, status(t, err), 409)
	var failure HttpError
	errors.As(err, &failure)
	if !strings.Contains(failure.Reason(), "registered already") || failure.RequestID == "" {
		t.Fatal(failure)
	}
	ApiKey = "not-the-key"
	_, err = ListRepositories()
	equal(t, status(t, err), 401)
	if !strings.Contains(err.Error(), "DOCKERCLOUD_APIKEY") || strings.Contains(err.Error(), "not-the-key") {
		t.Fatal(err)
	}
}

func TestCallsRunAtTheSameTime(t *testing.T) {
	useServer(t)
	var group sync.WaitGroup
	for number := 0; number < 16; number++ {
		name := fmt.Sprintf("registry.example/many/image%d", number)
		group.Add(1)
		go func() {
			defer group.Done()
			if _, err := CreateRepository(RepositoryCreateRequest{Name: name, Username: "carol", Password: "secret"}); err != nil {
				t.Error(err)
			}
			if repository, err := GetRepository(name); err != nil || repository.Name != name {
				t.Error(repository, err)
			}
		}()
	}
	group.Wait()
}
