# TLB flushes executed (emulated machine)
# Makes perf-flushes.svg and perf-flushes.png: run it in this folder.
set encoding utf8
do for [kind in "svg png"] {
reset
set datafile separator "\t"
set datafile columnheaders
set datafile missing "-"
if (kind eq "svg") {
  set terminal svg size 680,724 dynamic enhanced font "DejaVu Sans,14" background "#ffffff"
} else {
  set terminal pngcairo size 1360,1448 enhanced font "DejaVu Sans,14" fontscale 1.5 linewidth 2 pointscale 2 background "#ffffff"
}
set output "perf-flushes.".kind
set border 3 lc rgb "#808080"
set tics nomirror out scale 0.5 tc rgb "#000000"
set grid back lc rgb "#d8d8d8" lw 1 dt 1
set style fill border -1
set label "{/:Bold TLB flushes executed}" at screen 0.012, screen 0.9751 left
set label "{/*0.86 emulated machine · flushes, log axis}" at screen 0.012, screen 0.9448 left
set yrange [-19.60:0]
set lmargin at screen 0.345
set tmargin at screen 0.8867
set bmargin at screen 0.1022
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("hypercall" -1.90, "port-io" -2.90, "dense-sequential" -3.90, "hot-set" -4.90, "sparse-stride" -5.90, "random" -6.90, "pointer-chase" -7.90, "reach" -8.90, "demand-paging" -9.90, "churn" -10.90, "mprotect" -11.90, "pte-edit" -12.90, "switch" -13.90, "kpti" -14.90, "fork" -15.90, "accessed-scan" -16.90, "mixed" -17.90, "dirty-log" -18.90)
set label "{/:Bold A whole run of}" at screen 0.012, first -0.90 left front
set rmargin at screen 0.95
set logscale x 10
set xrange [1.9:5250]
set xtics ("1" 1, "10" 10, "100" 100, "1,000" 1000, "10,000" 10000)
set xlabel "flushes (median)"
set label "EPT" at screen 0.024, screen 0.9144 left noenhanced font ",12" point pt 7 ps 1 lw 1.6 lc rgb "#0060a8" offset 0.9,-0.25
set label "shadow (unsync)" at screen 0.106, screen 0.9144 left noenhanced font ",12" point pt 5 ps 1 lw 1.6 lc rgb "#e08a00" offset 0.9,-0.25
plot "perf-flushes.tsv" using (column("ept")):(column("y")+0.15):(column("ept low")):(column("ept high")) with xerrorbars pt 7 ps 0.9 lw 1.4 lc rgb "#0060a8" notitle, \
  "perf-flushes.tsv" using (column("spt")):(column("y")+-0.15):(column("spt low")):(column("spt high")) with xerrorbars pt 5 ps 0.9 lw 1.4 lc rgb "#e08a00" notitle
unset output
}
