// Asks the cluster with net/http or with the class of the page, until SIGTERM; then tells how that went.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"wxkeeper.example/clients/keeper"
)

const pause = 250 * time.Millisecond

var base, key, appID = os.Getenv("KEEPER_URL"), os.Getenv("KEEPER_KEY"), os.Getenv("APPID")

// client is every way to a token, and the report of a refused one.
type client struct {
	ways    []func() (string, error)
	refresh func(refused string) (string, error)
}

// plain is every way in, over net/http as it is.
func plain() client {
	login := map[string]string{"grant_type": "client_credential", "appid": appID, "secret": key}
	query := url.Values{"grant_type": {"client_credential"}, "appid": {appID}, "secret": {key}}
	return client{
		ways: []func() (string, error){
			func() (string, error) { return ask("GET", "/token?appid="+url.QueryEscape(appID), nil, 5, true) },
			func() (string, error) { return ask("GET", "/cgi-bin/token?"+query.Encode(), nil, 5, false) },
			func() (string, error) { return ask("POST", "/cgi-bin/stable_token", login, 5, false) },
		},
		refresh: func(refused string) (string, error) {
			body := map[string]string{"appid": appID, "access_token": refused}
			return ask("POST", "/token/refresh", body, 20, true)
		},
	}
}

func ask(method, path string, fields map[string]string, limit int, proves bool) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(limit)*time.Second)
	defer cancel()
	var body io.Reader
	if fields != nil {
		text, err := json.Marshal(fields)
		if err != nil {
			return "", err
		}
		body = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, base+path, body)
	if err != nil {
		return "", err
	}
	if proves {
		request.Header.Set("Authorization", "Bearer "+key)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var answer struct {
		Token string `json:"access_token"`
		Life  int64  `json:"expires_in"`
	}
	err = json.NewDecoder(response.Body).Decode(&answer)
	if response.StatusCode != http.StatusOK || answer.Token == "" {
		err = fmt.Errorf("status %s", response.Status)
	}
	return answer.Token, err
}

// ofTheClass is the class of the page, made anew every few rounds, because it asks about once a minute.
func ofTheClass() client {
	var made *keeper.Client
	rounds := 0
	token := func() (string, error) {
		if rounds%5 == 0 {
			made = &keeper.Client{URL: base, Key: key, AppID: appID}
		}
		rounds++
		return made.Token(context.Background())
	}
	return client{
		ways:    []func() (string, error){token},
		refresh: func(refused string) (string, error) { return made.Refresh(context.Background(), refused) },
	}
}

type account struct {
	Calls   int      `json:"calls"`
	Failed  int      `json:"failed"`
	Tokens  int      `json:"tokens"`
	Errors  []string `json:"errors"`
	Slowest int64    `json:"slowest"`
	Held    int64    `json:"held"`
	seen    map[string]bool
}

// of makes one call; a token, or nothing if it failed.
func (a *account) of(longest *int64, call func() (string, error)) string {
	a.Calls++
	start := time.Now()
	token, err := call()
	if err != nil {
		a.fail(strings.SplitN(err.Error(), "?", 2)[0]) // a secret may stand behind it
		return ""
	}
	if took := time.Since(start).Milliseconds(); took > *longest {
		*longest = took
	}
	a.seen[token] = true
	a.Tokens = len(a.seen)
	return token
}

func (a *account) fail(why string) {
	a.Failed++
	if len(a.Errors) < 3 {
		a.Errors = append(a.Errors, why)
	}
}

func isRefused(token string) bool {
	response, err := http.Get(os.Getenv("WECHAT_URL") + "/cgi-bin/get_api_domain_ip?access_token=" + token)
	if err != nil {
		panic(err)
	}
	defer response.Body.Close()
	var answer struct {
		Code int `json:"errcode"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		panic(err)
	}
	return answer.Code != 0
}

func main() {
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer cancel()
	client := map[string]func() client{"net/http": plain, "class": ofTheClass}[os.Args[1]]()
	account := account{Errors: []string{}, seen: map[string]bool{}}
	hasBegun := false
	for stop.Err() == nil {
		token := ""
		for _, way := range client.ways {
			token = account.of(&account.Slowest, way)
		}
		if token != "" && isRefused(token) {
			refused := token
			token = account.of(&account.Held, func() (string, error) { return client.refresh(refused) })
			if token != "" && isRefused(token) {
				account.fail("WeChat refuses the next token too")
			}
		}
		if !hasBegun { // the first round makes the connections
			hasBegun, account.Slowest = true, 0
		}
		fmt.Println("round")
		time.Sleep(pause)
	}
	text, _ := json.Marshal(account)
	fmt.Println(string(text))
}
