package main

import "log"

func main() {
	config, err := load("config.yaml")
	if err != nil {
		log.Fatal(err)
	}
	serve(config)
}
